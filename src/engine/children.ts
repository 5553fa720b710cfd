import type { LedgerEvent } from '../domain/event.ts';
import type { Run, RunOutcome } from '../domain/run.ts';
import type { LedgerReader } from '../ledger/reader.ts';

/** Asks every run that this one started and still waits for to stop, and theirs: what nobody waits for must not go on changing keys. */
export async function cancelChildren(read: LedgerReader, run: Run, reason: string): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for (const step of Object.values(run.steps)) {
    if (step.state !== 'waiting' || step.waiting.kind !== 'run') continue;
    const child = await read.run(step.waiting.id);
    if (child === null || child.finishedAt !== null) continue;
    if (child.cancelRequestedAt === null) events.push({ type: 'run_cancel_requested', run: child.id, reason });
    events.push(...(await cancelChildren(read, child, reason)));
  }
  return events;
}

/** A run that ends here and now, whoever works on it: its lease is void with it. */
export async function endOfRun(
  read: LedgerReader,
  run: Run,
  { outcome, why }: { outcome: RunOutcome; why: string },
): Promise<LedgerEvent[]> {
  // Nobody can decide any more what no longer runs.
  const orphans = (await read.openApprovalsOfRun(run.id)).map(
    (approval): LedgerEvent => ({ type: 'approval_decided', approval: approval.id, outcome: 'cancelled' }),
  );
  const children = await cancelChildren(read, run, `${run.runbook.id} (${run.id}), which started it, ended: ${why}`);
  return [...orphans, ...children, { type: 'run_finished', run: run.id, outcome, why }];
}
