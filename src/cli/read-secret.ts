import { text } from 'node:stream/consumers';
import { isCancel, password } from '@clack/prompts';
import { Refusal } from '../errors.ts';
import { Secret } from '../secret.ts';

const A_KEY = 'the key on standard input, for instance: rekey keys verify < key.txt';

/** A secret from the terminal (not echoed) or from standard input. There is no option for it: arguments are visible to every user. */
export async function readSecret(question: string, expected: string = A_KEY): Promise<Secret> {
  if (!process.stdin.isTTY) {
    const given = (await text(process.stdin)).trim();
    if (given === '') throw new Refusal('no_input', `Expected ${expected}`);
    return new Secret(given);
  }
  const typed = await password({ message: question });
  if (isCancel(typed)) throw new Refusal('cancelled', 'Nothing was asked: you cancelled.');
  return new Secret(typed);
}
