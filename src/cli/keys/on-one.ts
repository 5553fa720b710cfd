import { type Key, nameOf } from '../../domain/key.ts';
import type { OnKey } from '../../engine/keys/keys.ts';
import { confirmed, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { factsOf } from './facts.ts';

interface Wanted {
  because?: string;
  yes?: boolean;
  json?: boolean;
}

interface OneVerb {
  name: string;
  description: string;
  example: string;
  /** What is asked before it is done; null: it can be taken back, so nothing is. */
  question: ((key: string) => string) | null;
  work: (rekey: Rekey, request: OnKey) => Promise<Key>;
  said: (key: Key) => string;
}

/** A verb on one key that takes a reason and nothing else. */
export function onOne({ name, description, example, question, work, said }: OneVerb): CliCommand {
  return (group) => {
    const command = group
      .command(name)
      .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
      .description(description)
      .option('--because <reason>', 'why; it stands in the history of the key')
      .option('--json', 'print one JSON object')
      .addHelpText('after', `\nExample:\n  ${example}`);
    if (question !== null) command.option('--yes', 'do not ask');
    command.action((key: string, wanted: Wanted) =>
      withRekey(async (rekey) => {
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        if (question !== null) await confirmed(question(key), wanted);
        const after = await work(rekey, { ...rekey.origin(), key, reason });
        if (wanted.json) sayJson(factsOf(after));
        else say(`${nameOf(after)} ${said(after)}`);
      }),
    );
  };
}
