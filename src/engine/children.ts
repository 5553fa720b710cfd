import type { LedgerEvent } from '../domain/event.ts';
import type { RunId, StepId } from '../domain/ids.ts';
import type { Run, RunOutcome, StepRecord } from '../domain/run.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { withdrawAllOf } from './deliveries/withdraw.ts';

/** Asks every run that this one started and that has not ended to stop, and theirs: what nobody waits for must not go on changing keys. */
export async function cancelChildren(read: LedgerReader, run: Pick<Run, 'id'>, reason: string): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for (const child of await read.openChildren(run.id)) events.push(...(await cancelWithChildren(read, child, reason)));
  return events;
}

async function cancelWithChildren(read: LedgerReader, id: RunId, reason: string): Promise<LedgerEvent[]> {
  const run = await read.run(id);
  if (run === null || run.finishedAt !== null) return [];
  const own: LedgerEvent[] = run.cancelRequestedAt === null ? [{ type: 'run_cancel_requested', run: id, reason }] : [];
  const unsent = await withdrawAllOf(read, run, reason);
  return [...own, ...unsent, ...(await cancelChildren(read, run, reason))];
}

/** Closes what a step waits for, because nobody waits for it any more. A question without a step that waits is over by itself. */
export async function letGo(
  read: LedgerReader,
  record: StepRecord | undefined,
  { run, reason }: { run: RunId; reason: string },
): Promise<LedgerEvent[]> {
  if (record?.state !== 'waiting') return [];
  const waiting = record.waiting.kind === 'retry' ? record.waiting.resumes : record.waiting;
  if (waiting?.kind === 'run') {
    // A run that somebody else began, and that was only joined, goes on.
    const isOwn = (await read.run(waiting.id))?.parent?.run === run;
    return isOwn ? cancelWithChildren(read, waiting.id, reason) : [];
  }
  if (waiting?.kind === 'each') return cancelItems(read, record, { run, reason });
  if (waiting?.kind !== 'approval') return [];
  const approval = await read.approval(waiting.id);
  return approval?.outcome === null ? [cancelled(approval.id)] : [];
}

/** The same for several steps of a run. */
export async function letGoAll(
  read: LedgerReader,
  run: Run,
  { steps, reason }: { steps: readonly StepId[]; reason: string },
): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for (const step of steps) events.push(...(await letGo(read, run.steps[step], { run: run.id, reason })));
  return events;
}

async function cancelItems(
  read: LedgerReader,
  { step }: StepRecord,
  { run, reason }: { run: RunId; reason: string },
): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for (const id of await read.openChildren(run, step)) events.push(...(await cancelWithChildren(read, id, reason)));
  return events;
}

/** Nobody can decide any more what no longer runs. */
export async function closeApprovals(read: LedgerReader, run: Pick<Run, 'id'>): Promise<LedgerEvent[]> {
  return (await read.openApprovalsOfRun(run.id)).map((approval) => cancelled(approval.id));
}

function cancelled(approval: (LedgerEvent & { type: 'approval_decided' })['approval']): LedgerEvent {
  return { type: 'approval_decided', approval, outcome: 'cancelled' };
}

/** A run that ends here and now, whoever works on it: its lease is void with it. */
export async function endOfRun(
  read: LedgerReader,
  run: Run,
  { outcome, why }: { outcome: RunOutcome; why: string },
): Promise<LedgerEvent[]> {
  const children = await cancelChildren(read, run, `${run.runbook.id} (${run.id}), which started it, ended: ${why}`);
  return [...(await closeApprovals(read, run)), ...children, { type: 'run_finished', run: run.id, outcome, why }];
}
