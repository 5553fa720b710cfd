import type { Digest, DigestItem, Left } from '../../domain/digest/digest.ts';
import { nextDigestDue } from '../../domain/digest/schedule.ts';
import { personOf } from '../../domain/ids.ts';
import { nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { CliCommand } from '../command.ts';
import { minuteOf } from '../keys/facts.ts';
import { say, sayJson, table } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

export const show: CliCommand = (group) => {
  group
    .command('show')
    .description(
      'what the next digest would say, as far as you may read the keys; with an id: one that was posted, likewise',
    )
    .argument('[id]', 'as `rekey digest history` names it: dig-2027-03-10')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey digest show')
    .action((id: string | undefined, { json }: { json?: boolean }) =>
      withRekey(async ({ deps, digests, actor, policy }) => {
        const { read } = deps.ledger;
        const person = personOf(actor);
        if (person === null) throw new Refusal('unknown_person', 'Only people read a digest.');
        const digest = id === undefined ? await digests.preview(person) : await digests.posted(id, person);
        if (json) return sayJson(digest);
        for (const line of await linesOf(digest, read)) say(line);
        const next = nextDigestDue(deps.now(), policy);
        if (id === undefined)
          say(next === null ? 'No digest is due on any day.' : `The next one: ${minuteOf(next.at)} UTC.`);
      }),
    );
};

async function linesOf({ items, notes, day, more }: Digest, read: LedgerReader): Promise<string[]> {
  if (items.length === 0 && notes.length === 0)
    return ['Nothing to say: no key ends within 30 days or lacks anything.'];
  const rows: string[][] = [];
  for (const item of items) rows.push(await rowOf(item, read));
  return [
    `Digest of ${day}`,
    table(['', 'key', 'expires (UTC)', 'owner', 'taken care of by', ''], rows),
    ...(more.length === 0
      ? []
      : [
          `Besides, not shown: ${more.map(leftText).join(', ')}. \`rekey keys expiring\` and \`rekey keys audit\` list all of them.`,
        ]),
    ...notes.map(({ overdue, sentence }) => `${overdue ? 'Overdue: ' : ''}${sentence}`),
  ];
}

function leftText({ section, count, isAll }: Left): string {
  const floor = count === 0 ? 'more' : `more than ${count}`;
  return `${isAll ? count : floor} ${section.replaceAll('_', ' ')}`;
}

async function rowOf({ key: id, section, note }: DigestItem, read: LedgerReader): Promise<string[]> {
  const key = await read.key(id);
  const claim = await read.openExpiryClaim(id);
  const rotation = key === null ? null : await read.openRotationOf(key.slug);
  const care = rotation?.id ?? claim?.by ?? '-';
  const end = key?.expiresAt == null ? '-' : minuteOf(key.expiresAt);
  return [
    section.replaceAll('_', ' '),
    key === null ? id : nameOf(key),
    end,
    key?.owner ?? 'no owner',
    care,
    note ?? '',
  ];
}
