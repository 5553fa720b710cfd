import type { RunId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { RotationMode } from '../../domain/rotation.ts';
import { isWorse } from '../../domain/rotation-rules.ts';
import type { Run } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Preemption } from './preempt.ts';

/** A run that works on an incident about one of these keys; one that was cancelled only takes its work back. */
export type Running = Run & { incident: NonNullable<Run['incident']> };

export async function runningEmergency(
  read: LedgerReader,
  keys: readonly Key[],
  within: readonly RunId[] = [],
): Promise<Running | null> {
  for (const key of keys)
    for (const run of await heldBy(read, key, within))
      if (hasIncident(run) && !(await isPlanned(read, run))) return run;
  return null;
}

/** The runs that have the key in their hands, one that nobody started first; the ones that ask do not stand in their own way. */
export async function heldBy(
  read: Pick<LedgerReader, 'holdersOf' | 'run'>,
  key: Key,
  within: readonly RunId[],
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const { run: id } of await read.holdersOf(key.id)) {
    const run = within.includes(id) ? null : await read.run(id);
    if (run !== null) runs.push(run);
  }
  return runs.sort((a, b) => Number(a.parent !== null) - Number(b.parent !== null));
}

function hasIncident(run: Run): run is Running {
  return run.incident !== null;
}

/** A planned rotation that an incident's run asked for belongs to the incident, and gives way to an emergency all the same. */
async function isPlanned(read: LedgerReader, run: Run): Promise<boolean> {
  return run.parent !== null && (await read.rotationOfRun(run.id))?.mode === 'planned';
}

/** A run treats its key as it was asked to. Joining it with worse news would acknowledge the news and then not act on it. */
export function assertNotWorse(run: Run, { key, mode }: { key: Key; mode: RotationMode }): void {
  const running = RotationMode.safeParse(run.inputs.mode ?? run.inputs.situation).data;
  // One that another run started for this key does what that one wants done, which need not be a recovery.
  if (running === undefined && run.parent !== null) throw taken(run, key);
  if (running === undefined || !isWorse(mode, running)) return;
  throw new Refusal(
    'worse_than_running',
    `${nameOf(key)} is being recovered as ${running} (${run.id}), which does less than ${mode} needs. ` +
      `Cancel that run with a reason, then ask again: /rotate-key cancel ${run.id} because "…"`,
  );
}

/** A run that another one started, and that belongs to no incident, has the key: what it does there is not known to be a recovery. */
export async function assertNotTaken(read: LedgerReader, { key, open }: Preemption): Promise<void> {
  for (const run of await heldBy(read, key, open?.run == null ? [] : [open.run]))
    if (run.parent !== null && run.incident === null && !(await isPlanned(read, run))) throw taken(run, key);
}

function taken({ id, runbook, startedAt, parent }: Run, key: Key): Refusal {
  return new Refusal(
    'key_taken',
    `${runbook.id} (${id}), which ${parent?.run ?? 'somebody'} started, works on ${nameOf(key)} since ${instantText(startedAt)}. ` +
      `Wait for its end, or cancel that run with a reason and ask again: /rotate-key cancel ${id} because "…"`,
  );
}
