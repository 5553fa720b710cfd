import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { CliCommand } from '../command.ts';
import { counted, say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const history: CliCommand = (group) => {
  group
    .command('history <id>')
    .description('every text of a runbook that was read: when, what it may touch, what ran with it, what proved it')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey runbooks history R-KEY-EXPIRY')
    .action((id: string, { json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const versions = await versionsOf(id, read);
        if (json) sayJson(versions);
        else for (const version of versions) say(sentencesOf(version));
      }),
    );
};

type Version = Awaited<ReturnType<typeof versionsOf>>[number];

async function versionsOf(id: string, read: LedgerReader) {
  const [versions, live, runs] = [
    await read.runbookVersions(id),
    (await read.liveRunbooks()).find(({ runbook }) => runbook === id),
    await read.runsOfRunbook(id),
  ];
  const proofs = await read.runbookProofs(id, 100);
  if (versions.length === 0)
    throw new Refusal('unknown_runbook', `No text of ${id} was ever read here. What is live: rekey runbooks list`);
  return versions.map(({ hash, firstReadAt, grants, approvedBy, approvedAt }) => ({
    hash,
    live: live?.hash === hash,
    first_read_at: firstReadAt,
    grants,
    approved_by: approvedBy,
    approved_at: approvedAt,
    runs: runs
      .filter((one) => one.hash === hash)
      .map(({ outcome, count, lastStartedAt }) => ({ outcome: outcome ?? 'open', count, last: lastStartedAt })),
    proofs: proofs
      .filter((proof) => proof.hash === hash)
      .map(({ how, passed, at, summary }) => ({ how, passed, at, summary })),
  }));
}

function sentencesOf({ hash, live, first_read_at, grants, approved_by, runs, proofs }: Version): string {
  const places = Object.entries(grants).flatMap(([kind, names]) =>
    names.length === 0 ? [] : `${kind}: ${names.join(', ')}`,
  );
  const ran = runs.map(
    ({ outcome, count, last }) => `${counted(count, 'run')} ${outcome}, the last ${last.toISOString()}`,
  );
  return [
    `${hash.slice(0, 12)}${live ? '  live' : ''}  first read ${first_read_at.toISOString()}`,
    `  may touch  ${places.join('; ') || 'nothing outside of the ledger'}`,
    ...(approved_by === null ? [] : [`  wider grants approved by ${approved_by}`]),
    ...(ran.length === 0 ? ['  never ran'] : ran.map((one) => `  ${one}`)),
    ...proofs.map(
      ({ how, passed, at, summary }) => `  ${how} ${passed ? 'passed' : 'failed'} ${at.toISOString()}: ${summary}`,
    ),
    '',
  ].join('\n');
}
