import { type Key, nameOf } from '../../domain/key.ts';
import { RotationMode } from '../../domain/rotation.ts';
import { isWorse } from '../../domain/rotation-rules.ts';
import type { Run } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

/** A run that works on an incident about one of these keys; one that was cancelled only takes its work back. */
export type Running = Run & { incident: NonNullable<Run['incident']> };

export async function runningEmergency(
  read: Pick<LedgerReader, 'openRunOfKey'>,
  keys: readonly Key[],
): Promise<Running | null> {
  for (const key of keys) {
    const run = await read.openRunOfKey(key.id);
    if (run !== null && run.cancelRequestedAt === null && hasIncident(run)) return run;
  }
  return null;
}

function hasIncident(run: Run): run is Running {
  return run.incident !== null;
}

/** A run treats its key as it was asked to. Joining it with worse news would acknowledge the news and then not act on it. */
export function assertNotWorse(run: Run, { key, mode }: { key: Key; mode: RotationMode }): void {
  const running = RotationMode.safeParse(run.inputs.mode ?? run.inputs.situation).data;
  if (running === undefined || !isWorse(mode, running)) return;
  throw new Refusal(
    'worse_than_running',
    `${nameOf(key)} is being recovered as ${running} (${run.id}), which does less than ${mode} needs. ` +
      `Cancel that run with a reason, then ask again: /rotate-key cancel ${run.id} because "…"`,
  );
}
