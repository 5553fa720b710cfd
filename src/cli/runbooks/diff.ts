import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { differenceBetween } from '../../runbook/difference.ts';
import { loadRunbooks } from '../../runbook/load.ts';
import { stepKinds } from '../../steps/index.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withLedger } from '../with-ledger.ts';
import { folderHere } from './folder.ts';

export const diff: CliCommand = (group) => {
  group
    .command('diff <id>')
    .description('what is different between the text that is live and the one on disk, or between two that were read')
    .option('--from <hash>', 'the first digits of a hash that history shows; without it, what is live')
    .option('--to <hash>', 'the same for the other side; without it, what is on disk')
    .addHelpText(
      'after',
      '\nExample:\n  rekey runbooks diff R-KEY-EXPIRY\n  rekey runbooks diff R-KEY-EXPIRY --from 3f2a91c0',
    )
    .action((id: string, { from, to }: { from?: string; to?: string }) =>
      withLedger(async ({ read }) => {
        const before = from === undefined ? await liveText(id, read) : await textOf(id, from, read);
        const after = to === undefined ? await textOnDisk(id) : await textOf(id, to, read);
        const { patch, added, removed } = differenceBetween(before, after);
        if (patch === '') say('No difference.');
        else say(`${patch}\n\n${added} lines added, ${removed} removed.`);
        process.exitCode = patch === '' ? 0 : 1;
      }),
    );
};

async function liveText(id: string, read: LedgerReader): Promise<string> {
  const live = (await read.liveRunbooks()).find(({ runbook }) => runbook === id);
  return live?.text ?? '';
}

async function textOnDisk(id: string): Promise<string> {
  const found = (await loadRunbooks(folderHere(), stepKinds)).runbooks.get(id);
  if (found !== undefined) return found.text;
  throw new Refusal('unknown_runbook', `${id} is not on disk, or it is not right. Type: rekey runbooks lint`);
}

async function textOf(id: string, digits: string, read: LedgerReader): Promise<string> {
  const versions = await read.runbookVersions(id);
  const meant = versions.filter(({ hash }) => hash.startsWith(digits));
  const [only] = meant;
  const text = meant.length === 1 && only !== undefined ? await read.runbookText(only.hash) : null;
  if (text !== null) return text;
  const known = versions.map(({ hash }) => hash.slice(0, 12)).join(', ') || 'none';
  throw new Refusal(
    'unknown_text',
    `Expected the first digits of one text of ${id}; you wrote ${digits}. There are: ${known}.`,
  );
}
