import { randomInt } from 'node:crypto';
import type { PersonId } from '../domain/ids.ts';
import { Secret } from '../secret.ts';
import type { Pepper } from './pepper.ts';

// Crockford's: no letter that is taken for a digit when somebody reads it from paper.
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 16;
const GROUP = 4;

/** 80 bit of chance in four groups: `7k2m-…`. */
export function newRecoveryCode(): Secret {
  const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return new Secret(inGroups(letters, GROUP, '-'));
}

export function inGroups(text: string, size: number, between: string): string {
  return (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(between);
}

/** The code as it was made, however it was copied; null for what is none. */
export function recoveryCodeIn(text: string): string | null {
  const plain = text.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
  return plain.length === LENGTH && [...plain].every((letter) => LETTERS.includes(letter)) ? plain : null;
}

/** What the ledger keeps of it: it opens nothing, and says nothing without the pepper. `code` as recoveryCodeIn gives it. */
export function recoveryDigest(pepper: Pick<Pepper, 'digestOf'>, person: PersonId, code: string): string {
  return pepper.digestOf(`recovery code of ${person}: ${code}`);
}
