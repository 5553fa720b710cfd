import type { LedgerEvent } from '../domain/event.ts';
import type { Run } from '../domain/run.ts';
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
