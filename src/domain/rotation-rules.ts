import { Refusal } from '../errors.ts';
import { instantText } from './instant.ts';
import { type Key, nameOf } from './key.ts';
import type { ClassRule } from './key-class.ts';
import { isEnded, type Rotation, type RotationMode } from './rotation.ts';

const HOUR_MS = 3_600_000;

export function isEmergency(mode: RotationMode): boolean {
  return mode !== 'planned';
}

// What each asks for, from the least to the most.
const SEVERITY: readonly RotationMode[] = ['planned', 'expired', 'extended', 'suspected', 'exploited'];

/** Whether treating a key as `running` does less than `asked` needs. */
export function isWorse(asked: RotationMode, running: RotationMode): boolean {
  return SEVERITY.indexOf(asked) > SEVERITY.indexOf(running);
}

/** Refusal `key_not_rotatable`, with what to do instead. */
export function assertRotatable(
  key: Key,
  { mode, rule, now }: { mode: RotationMode; rule: Pick<ClassRule, 'maxAgeDays' | 'revocable'>; now: Date },
): void {
  const why = whyNotRotatable(key, mode, now) ?? whyNotOfClass(key, mode, rule);
  if (why !== null) throw new Refusal('key_not_rotatable', `${nameOf(key)} ${why}`);
}

function whyNotRotatable(key: Key, mode: RotationMode, now: Date): string | null {
  if (key.state === 'revoked') return 'is revoked, which is final. Generate a new key under another name.';
  if (key.state === 'pending') return 'was not handed over yet, so nobody uses it. Revoke it and generate another one.';
  if (key.state === 'retiring' || key.supersededAt !== null)
    return 'was replaced already: a newer version is in use. Rotate that one, or revoke this one to end it now.';
  if (mode === 'planned' && (key.state === 'expired' || (key.expiresAt !== null && key.expiresAt <= now)))
    return 'has expired, so its callers are refused and a grace would help nobody. Start the incident: /rotate-key.';
  return null;
}

function whyNotOfClass(
  key: Key,
  mode: RotationMode,
  { maxAgeDays, revocable }: Pick<ClassRule, 'maxAgeDays' | 'revocable'>,
): string | null {
  if (maxAgeDays === null)
    return `is a ${key.class}, and keys of that class are not minted by a runbook. Replace it by hand and register the new one.`;
  if (mode === 'exploited' && !revocable)
    return `is a ${key.class}, and keys of that class are revoked by people only. Rotate it as suspected, and revoke the old one at its provider when its users have moved.`;
  return null;
}

/** Refusal `rotation_open`: a key is replaced by one rotation at a time. */
export function assertNoneOpen(open: Rotation | null): void {
  if (open === null || isEnded(open)) return;
  throw new Refusal(
    'rotation_open',
    `${open.slug} is being replaced already (${open.id}, ${open.mode}): ${progressOf(open)}.`,
  );
}

function progressOf({ state, createdAt, startedAt, scheduledAt, graceEndsAt, graceMs, requestedBy }: Rotation): string {
  if (state === 'scheduled')
    return `asked for at ${instantText(createdAt)} by ${requestedBy}, begins ${instantText(scheduledAt)}. Cancel it to ask anew`;
  const ends =
    graceEndsAt === null
      ? `ends ${graceMs / HOUR_MS} h after its new key is proved`
      : `its grace ends ${instantText(graceEndsAt)}`;
  return `in progress since ${instantText(startedAt ?? createdAt)} by ${requestedBy}, ${ends}`;
}

/** People who have to agree: none when the schedule rotates what may rotate by itself; a long grace in an emergency takes a second one. */
export function approvalsNeeded(
  mode: RotationMode,
  { approvals, automatic }: Pick<ClassRule, 'approvals' | 'automatic'>,
  requestedBy: Rotation['requestedBy'],
): number {
  if (mode === 'extended') return Math.max(2, approvals.emergency);
  if (isEmergency(mode)) return approvals.emergency;
  return automatic && requestedBy.startsWith('schedule:') ? 0 : approvals.planned;
}

interface IntervalAsked {
  hours: number;
  at: Date;
  override: string | null;
  /** What to do when it cannot wait. */
  otherwise?: string;
}

/** Refusal `too_soon`. What was taken back, failed or was cancelled has not rotated the key, and does not count. */
export function assertInterval(
  rotations: readonly (Pick<Rotation, 'slug' | 'state' | 'startedAt'> & { id: string })[],
  { hours, at, override, otherwise = 'say why this one cannot wait' }: IntervalAsked,
): void {
  if (override !== null) return;
  const last = rotations.find(
    ({ state, startedAt }) => startedAt !== null && (state === 'completed' || !isEnded({ state })),
  );
  const since = last?.startedAt ?? null;
  if (last === undefined || since === null) return;
  const free = new Date(since.getTime() + hours * HOUR_MS);
  if (at >= free) return;
  throw new Refusal(
    'too_soon',
    `${last.slug} was rotated at ${instantText(since)} (${last.id}), and ${hours} h have to lie between two rotations: ask for ${instantText(free)} or later, or ${otherwise}.`,
  );
}

/** What people have to look at when a key was rotated more often in 7 days than is allowed, the one that begins now included; or null. */
export function spikeSentence(
  slug: string,
  recent: readonly Pick<Rotation, 'state' | 'requestedBy'>[],
  allowed: number,
): string | null {
  const counted = recent.filter(({ state }) => state !== 'cancelled' && state !== 'preempted');
  if (counted.length <= allowed) return null;
  const askers = [...new Set(counted.map(({ requestedBy }) => requestedBy))].sort().join(', ');
  return `${slug} was rotated ${counted.length} times in 7 days (more than ${allowed}), asked for by ${askers}. Find out what keeps breaking or leaking it before it is rotated again.`;
}

/**
 * What an emergency on `key` does to a rotation that is open on a version of the same name. `end`: nothing has begun. `take_back`: the new key
 * is not proved, so its run undoes what it did. `stop`: the new key is in use; its run stops where it is, and nothing is taken back.
 */
export function preemptionOf(open: Rotation, key: Pick<Key, 'id'>): 'none' | 'end' | 'take_back' | 'stop' {
  if (open.mode !== 'planned') return 'none';
  switch (open.state) {
    case 'scheduled':
      return 'end';
    case 'awaiting_approval':
    case 'intent_written':
    case 'created':
    case 'distributing':
    case 'verifying':
      return 'take_back';
    case 'grace':
    case 'usage_gate':
      return 'stop';
    case 'revoking':
    case 'proving':
      // The old key is dead; its proof goes on beside an emergency on the new one.
      return open.key === key.id ? 'stop' : 'none';
    case 'completed':
    case 'rolled_back':
    case 'failed':
    case 'preempted':
    case 'cancelled':
      return 'none';
    default:
      return open.state satisfies never;
  }
}
