import type { RotationId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { assertRotatable } from '../../domain/rotation-rules.ts';
import { startRulesOf } from '../../domain/schedule.ts';
import { nextStart } from '../../domain/windows.ts';
import { ConfigTrouble, Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { LedgerTrouble } from '../../ledger/trouble.ts';
import type { RotationsDeps } from './deps.ts';
import { assertNotItsOwnCredential } from './lock-out.ts';
import { beginning } from './new-rotation.ts';
import type { DueStart } from './rotations.ts';
import { wakeAll } from './wake.ts';

const LOOK_AGAIN_MS = 5 * 60_000;
const TAKEN: Recording<DueStart> = { events: [], result: { kind: 'taken' } };

/**
 * Begins a scheduled rotation whose time has come. Two schedulers may find the same one: the second sees in its transaction that it is
 * taken. What may have changed since it was asked for (the key, the calendar) is looked at again.
 */
export async function startDue(deps: RotationsDeps, id: RotationId): Promise<DueStart> {
  const before = await deps.ledger.read.rotation(id);
  const key = before === null ? null : await deps.ledger.read.key(before.key);
  if (before === null || key === null) throw new Error(`There is no rotation ${id}.`);
  const { policy } = await deps.policy();
  const rule = await deps.classRule(key.class);
  const context = { at: deps.now(), actor: 'schedule:rotations', channel: 'engine' } as const;
  const result = await deps.ledger.record(context, async ({ read }): Promise<Recording<DueStart>> => {
    const rotation = await read.rotation(id);
    if (rotation?.state !== 'scheduled') return TAKEN;
    return begin(deps, read, { rotation, policy, rule });
  });
  if (result.kind === 'started') await wakeAll(deps, [result.run]);
  return result;
}

async function begin(
  deps: RotationsDeps,
  read: LedgerReader,
  { rotation, policy, rule }: { rotation: Rotation; policy: Policy; rule: ClassRule },
): Promise<Recording<DueStart>> {
  const now = deps.now();
  if (rotation.scheduledAt > now) return waits(rotation.scheduledAt);
  const key = await read.key(rotation.key);
  if (key === null) throw new Error(`The key ${rotation.key} of ${rotation.id} is not in the ledger.`);
  const { at } = nextStart(now, startRulesOf(key, { rule, policy }));
  if (at > now) return waits(at);
  // Whatever works on the key now may replace it; one run at a time.
  if ((await read.openRunOfKey(key.id)) !== null) return waits(new Date(now.getTime() + LOOK_AGAIN_MS));
  try {
    await assertStill(read, key, { rule, now });
    const { run, events } = beginning(deps, { rotation, key, incident: null });
    return { events, result: { kind: 'started', run: run.id } };
  } catch (error) {
    if (!isAboutTheKey(error)) throw error;
    const ended = { type: 'rotation_ended', rotation: rotation.id, outcome: 'failed', why: error.message } as const;
    return { events: [ended], result: { kind: 'ended', why: error.message } };
  }
}

async function assertStill(read: LedgerReader, key: Key, { rule, now }: { rule: ClassRule; now: Date }): Promise<void> {
  assertRotatable(key, { mode: 'planned', rule, now });
  await assertNotItsOwnCredential(read, key, now);
}

function waits(until: Date): Recording<DueStart> {
  return { events: [], result: { kind: 'waits', until } };
}

/** What asking again at the next look would not mend; a runbook that cannot be read is mended by people, and the rotation waits for that. */
function isAboutTheKey(error: unknown): error is Refusal {
  if (error instanceof ConfigTrouble || error instanceof LedgerTrouble) return false;
  return error instanceof Refusal && error.code !== 'unknown_runbook';
}
