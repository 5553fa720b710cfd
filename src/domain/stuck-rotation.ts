import { instantText } from './instant.ts';
import type { Rotation } from './rotation.ts';
import type { Run } from './run.ts';

const HOUR_MS = 3_600_000;

/** The sentence for the alarm when an open rotation makes no progress although its time is long over; null while all is well. */
export function stuckBecause(rotation: Rotation, run: Pick<Run, 'finishedAt'> | null, now: Date): string | null {
  if (rotation.run !== null && run?.finishedAt)
    return `The rotation ${rotation.id} of ${rotation.slug} is ${rotation.state}, but its run ${rotation.run} ended at ${instantText(run.finishedAt)}. Cancel it and rotate the key again.`;
  const { since, hours } = patienceWith(rotation);
  if (now.getTime() - since.getTime() <= hours * HOUR_MS) return null;
  return `The rotation ${rotation.id} of ${rotation.slug} is ${rotation.state} and should have gone on at ${instantText(since)}. Look at its run${rotation.run === null ? '' : ` ${rotation.run}`}, and cancel it if nobody carries it on.`;
}

/** Since when the next step could have come, and how many hours it may take: the ones that wait for people have longest. */
function patienceWith(rotation: Rotation): { since: Date; hours: number } {
  const begun = rotation.startedAt ?? rotation.scheduledAt;
  const graceOver = rotation.graceEndsAt ?? begun;
  switch (rotation.state) {
    case 'scheduled':
      return { since: rotation.scheduledAt, hours: 24 };
    case 'awaiting_approval':
    case 'intent_written':
    case 'created':
    case 'distributing':
    case 'verifying':
      return { since: begun, hours: 24 };
    case 'grace':
      return { since: graceOver, hours: 1 };
    case 'usage_gate':
      return { since: graceOver, hours: 72 };
    case 'revoking':
    case 'proving':
      return { since: rotation.revokedAt ?? graceOver, hours: 2 };
    case 'completed':
    case 'rolled_back':
    case 'failed':
    case 'preempted':
    case 'cancelled':
      return { since: begun, hours: Number.POSITIVE_INFINITY };
    default:
      return rotation.state satisfies never;
  }
}
