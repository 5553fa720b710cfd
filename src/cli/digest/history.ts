import type { DigestHead } from '../../domain/digest/digest.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { CliCommand } from '../command.ts';
import { minuteOf } from '../keys/facts.ts';
import { say, sayJson, table } from '../print.ts';
import { wholeNumberOf } from '../spans.ts';
import { withLedger } from '../with-ledger.ts';

export const history: CliCommand = (group) => {
  group
    .command('history')
    .description('the digests that were made, and what of them reached somebody; a quiet morning is one too')
    .option('--limit <count>', 'how many, newest first', wholeNumberOf, 14)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey digest history')
    .action(({ limit, json }: { limit: number; json?: boolean }) =>
      withLedger(async ({ read }) => {
        const found = await Promise.all((await read.digests(limit)).map((head) => withMessages(head, read)));
        if (json) return sayJson(found);
        if (found.length === 0) return say('No digest was made so far.');
        const rows = found.map(({ id, kind, ranAt, keys, messages, reached }) => [
          id,
          kind,
          minuteOf(ranAt),
          messages === 0 ? 'nothing to say' : String(keys),
          messages === 0 ? '' : `${reached} of ${messages}`,
        ]);
        say(table(['digest', 'kind', 'made (UTC)', 'keys', 'messages shown'], rows));
      }),
    );
};

/** Without the notes: they are of keys, and `show` knows who may read which. */
async function withMessages({ notes: _, ...head }: DigestHead, read: LedgerReader) {
  const messages = await read.digestMessages(head.id);
  const reached = messages.filter(({ postedAt }) => postedAt !== null).length;
  return { ...head, messages: messages.length, reached };
}
