import type { LedgerEvent } from '../../domain/event.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { preemptionOf } from '../../domain/rotation-rules.ts';
import type { Run } from '../../domain/run.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { cancelChildren, endOfRun } from '../children.ts';
import { withdrawAllOf } from '../deliveries/withdraw.ts';
import type { Origin } from '../engine.ts';
import { isAuthorized } from '../keys/authority.ts';

/** What stands in the way of an emergency, and the version of the key that it is about. */
export interface Preemption {
  key: Key;
  /** null: nothing is in the way. */
  open: Rotation | null;
  how: 'end' | 'take_back' | 'stop';
}

/** Looks at what is open for any version of that name, inside the transaction that begins the emergency. */
export async function preemptionBy(read: LedgerReader, found: Key): Promise<Preemption> {
  const open = await read.openRotationOf(found.slug);
  const how = open === null ? 'none' : await howToEnd(read, open, found);
  if (open === null || how === 'none') return { key: found, open: null, how: 'end' };
  // A replacement that was never proved is taken back, so the key that stays is the one before it.
  const old = how === 'take_back' && open.replacement === found.id ? await read.key(open.key) : null;
  return { key: old ?? found, open, how };
}

async function howToEnd(read: LedgerReader, open: Rotation, found: Key): Promise<ReturnType<typeof preemptionOf>> {
  const run = open.run === null ? null : await read.run(open.run);
  // Whoever cancelled it wants to begin anew, and does not have to wait until it has taken everything back.
  if (open.mode !== 'planned' && run !== null && run.cancelRequestedAt !== null) return 'take_back';
  return preemptionOf(open, found);
}

/** Ends the planned rotation that is in the way, in the transaction that begins the emergency. */
export async function endPlanned(
  read: LedgerReader,
  { open, how }: Preemption,
  reason: string,
): Promise<LedgerEvent[]> {
  if (open === null) return [];
  const why = `an emergency took its place: ${reason}`;
  const ended = { type: 'rotation_ended', rotation: open.id, outcome: 'preempted', why } as const;
  const run = open.run === null ? null : await read.run(open.run);
  if (run === null || run.finishedAt !== null) return [ended];
  // Taking it back would bring the old key back to life, which is the last thing that is wanted now.
  if (how === 'stop')
    return [ended, ...(await copiesOf(read, open)), ...(await endOfRun(read, run, { outcome: 'cancelled', why }))];
  return [ended, ...(await askToStop(read, run, why))];
}

/** The new key is with its callers; the sealed copy that the run would have destroyed at its end is of no use any more. */
async function copiesOf(read: LedgerReader, { replacement }: Rotation): Promise<LedgerEvent[]> {
  const sealed = replacement === null ? [] : await read.secretsOfKey(replacement);
  return sealed
    .filter(({ purpose, envelope }) => purpose === 'new_key' && envelope !== null)
    .map(({ id }) => ({ type: 'secret_destroyed', secret: id }));
}

/** The run undoes what it did, at once and beside whatever comes next. */
export async function askToStop(read: LedgerReader, run: Run, reason: string): Promise<LedgerEvent[]> {
  if (run.cancelRequestedAt !== null) return [];
  const unsent = await withdrawAllOf(read, run, reason);
  return [
    { type: 'run_cancel_requested', run: run.id, reason },
    ...unsent,
    ...(await cancelChildren(read, run, reason)),
  ];
}

/**
 * Who has one version of a key may well have the ones before it: what is still accepted beside it is over now. That is an act of suspending,
 * before anybody has approved the rest: who may not suspend leaves the graces as they are, and `reason` says so to everybody who decides.
 */
export async function cutGraces(
  read: LedgerReader,
  key: Key,
  {
    policy,
    origin,
    now,
    reason,
  }: { policy: Policy; origin: Pick<Origin, 'actor' | 'token'>; now: Date; reason: string },
): Promise<{ cuts: LedgerEvent[]; reason: string }> {
  const versions = await read.versionsOf(key.slug);
  const inGrace = versions.filter((one) => one.graceEndsAt !== null && one.graceEndsAt > now && mayComeBack(one));
  if (inGrace.length === 0) return { cuts: [], reason };
  if (!(await isAuthorized(read, { policy, verb: 'suspend', origin, subject: key, now }))) {
    const left = inGrace.map((one) => `${nameOf(one)} (until ${instantText(one.graceEndsAt ?? now)})`).join(', ');
    return { cuts: [], reason: `${origin.actor} may not suspend, so the grace goes on for ${left}. Reason: ${reason}` };
  }
  const why = `${nameOf(key)} is compromised: ${reason}`;
  return { cuts: inGrace.map(({ id }) => ({ type: 'key_grace_cut', key: id, reason: why })), reason };
}

/** A suspended one is accepted again when it is reinstated, for what is left of its grace. */
function mayComeBack({ state }: Key): boolean {
  return state === 'retiring' || state === 'suspended';
}
