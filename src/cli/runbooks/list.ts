import { PROOF_KEEPS_DAYS, reviewDue } from '../../domain/runbook-version.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { LiveRunbook } from '../../ledger/runbooks.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('the runbooks that are live: since when, to be reviewed by when, last proven when')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey runbooks list')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const rows = [];
        for (const live of await read.liveRunbooks()) rows.push(await rowOf(live, read));
        if (json) sayJson(rows);
        else if (rows.length === 0) say('No runbook is live yet: `rekey serve` takes what is in the runbooks folder.');
        else tell(rows);
      }),
    );
};

type Row = Awaited<ReturnType<typeof rowOf>>;

async function rowOf({ runbook, title, owner, hash, since, reviewBy }: LiveRunbook, read: LedgerReader) {
  const [proof] = (await read.runbookProofs(runbook, 10)).filter(({ passed }) => passed);
  const due = reviewDue({ runbook, reviewBy }, proof ?? null, new Date());
  return {
    runbook,
    title,
    owner,
    hash,
    live_since: since,
    review_by: reviewBy,
    last_proven: proof?.at ?? null,
    recover_ms: proof?.recoverMs ?? null,
    due,
  };
}

function tell(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.runbook,
    row.hash.slice(0, 8),
    row.live_since.toISOString().slice(0, 10),
    row.review_by,
    row.last_proven?.toISOString().slice(0, 10) ?? 'never',
    row.owner,
    row.title,
  ]);
  say(table(['RUNBOOK', 'TEXT', 'LIVE SINCE', 'REVIEW BY', 'PROVEN', 'OWNER', 'TITLE'], cells));
  const due = rows.filter((row) => row.due !== null);
  if (due.length > 0) say(`\n${due.map((row) => row.due).join('\n')}\nA proof counts for ${PROOF_KEEPS_DAYS} days.`);
}
