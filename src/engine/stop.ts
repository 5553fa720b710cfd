import type { LedgerEvent } from '../domain/event.ts';
import type { Moves } from '../domain/moves.ts';
import { cancelChildren, closeApprovals } from './children.ts';
import { contextOfRun, type InHand } from './perform.ts';
import { runsIn, wakeAll } from './rotations/wake.ts';

export function recordOverdue(hand: InHand, { at, why }: NonNullable<Moves['overdue']>): Promise<void> {
  return recordEnd(hand, { type: 'run_overdue', run: hand.run.id, at, why });
}

export function recordStop(hand: InHand, stop: NonNullable<Moves['stop']>): Promise<void> {
  return recordEnd(hand, { type: 'run_stopped', run: hand.run.id, ...stop });
}

/** The run stops: what it waited for can no longer be decided, and the runs that it started stop with it. */
async function recordEnd(hand: InHand, stopped: LedgerEvent & { why: string }): Promise<void> {
  const { deps, run } = hand;
  const reason = `${run.runbook.id} (${run.id}), which started it, stops: ${stopped.why}`;
  const children = await deps.ledger.record(contextOfRun(hand), async ({ read }) => {
    const cancelled = await cancelChildren(read, run, reason);
    return { events: [...(await closeApprovals(read, run)), ...cancelled, stopped], result: runsIn(cancelled) };
  });
  await wakeAll(deps, children);
}
