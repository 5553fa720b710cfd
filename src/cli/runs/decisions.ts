import { describeOutcome } from '../../domain/approval.ts';
import type { Run } from '../../domain/run.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { minuteOf } from '../keys/facts.ts';

/** What people were asked in a run and what they said, one line each: approvals, then who settled what was in doubt. */
export async function decisionsIn(read: LedgerReader, run: Run): Promise<string[]> {
  const open = await read.openApprovalsOfRun(run.id);
  const decided = run.incident === null ? [] : await read.approvalsOfIncident(run.incident);
  const approvals = [...open, ...decided.filter((one) => one.run === run.id && one.outcome !== null)];
  const settled = await Promise.all(Object.keys(run.steps).map((step) => settlementLines(read, run, step)));
  return [
    ...approvals.map((one) =>
      one.outcome === null
        ? `"${one.question}" waits for ${one.asked.join(', ')} until ${minuteOf(one.expiresAt)} UTC`
        : `"${one.question}" was ${describeOutcome(one)}`,
    ),
    ...settled.flat(),
  ];
}

async function settlementLines(read: LedgerReader, run: Run, step: string): Promise<string[]> {
  const said = await read.settlementsOf(run.id, step);
  return said.map(
    ({ by, at, happened, reason }) =>
      `${by} said at ${minuteOf(at)} UTC that ${step} ${happened ? 'happened' : 'did not happen'}: ${reason}`,
  );
}
