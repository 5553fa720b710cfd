import type { RunId } from '../domain/ids.ts';
import { assertMay, type Policy, type Verb } from '../domain/policy.ts';
import type { Run } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Origin } from './engine.ts';

export async function assertMayOn(
  read: LedgerReader,
  run: Run,
  { policy, verb, origin }: { policy: Policy; verb: Verb; origin: Origin },
): Promise<void> {
  const key = run.key === null ? null : await read.key(run.key);
  assertMay(policy, verb, { actor: origin.actor, subject: key ?? { owner: null, escalation: null } });
}

export async function runOrRefuse(read: LedgerReader, id: RunId): Promise<Run> {
  const run = await read.run(id);
  if (run !== null) return run;
  throw new Refusal('unknown_run', `There is no run ${id}. Copy the id from the run's message.`);
}

export async function openRunOrRefuse(read: LedgerReader, id: RunId): Promise<Run> {
  const run = await runOrRefuse(read, id);
  assertOpen(run);
  return run;
}

export function assertOpen(run: Run): void {
  if (run.finishedAt !== null)
    throw new Refusal('run_over', `${run.id} ended at ${run.finishedAt.toISOString()} (${run.outcome}).`);
}
