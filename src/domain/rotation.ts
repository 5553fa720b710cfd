import { z } from 'zod';
import type { Actor, KeyId, RotationId, RunId } from './ids.ts';

/** Why a key is replaced, from the calmest to the worst; the grace of each: domain/grace.ts. */
export const RotationMode = z.enum(['planned', 'expired', 'suspected', 'extended', 'exploited']);
export type RotationMode = z.infer<typeof RotationMode>;

/** design/keys.md, in order; the last five are ends. `revoking` lasts as long as the transaction that revokes. */
export const RotationState = z.enum([
  'scheduled',
  'awaiting_approval',
  'intent_written',
  'created',
  'distributing',
  'verifying',
  'grace',
  'usage_gate',
  'revoking',
  'proving',
  'completed',
  'rolled_back',
  'failed',
  'preempted',
  'cancelled',
]);
export type RotationState = z.infer<typeof RotationState>;

export type RotationEnd = 'completed' | 'rolled_back' | 'failed' | 'preempted' | 'cancelled';
export const ROTATION_ENDS: readonly RotationState[] = ['completed', 'rolled_back', 'failed', 'preempted', 'cancelled'];

/**
 * One replacement of one version of a key. The ledger keeps it; a run of R-ROTATE (or of an incident's runbook) carries it out, and what
 * that run records moves it on. One timestamp per state that was reached.
 */
export interface Rotation {
  id: RotationId;
  key: KeyId;
  slug: string;
  replacement: KeyId | null;
  /** Who carries it out; null while it is only scheduled. */
  run: RunId | null;
  mode: RotationMode;
  state: RotationState;
  reason: string;
  requestedBy: Actor;
  /** How long old and new are both accepted once the new key is proved; 0 for `exploited`. Milliseconds. */
  graceMs: number;
  /** People who have to agree before anything happens. */
  approvals: number;
  /** Who is offered the new key, as `person:carol`; null: it goes to the place that is registered for it. */
  recipient: string | null;
  createdAt: Date;
  /** When it may begin: after the lead notice, inside a window, outside every freeze. */
  scheduledAt: Date;
  startedAt: Date | null;
  /** The replacement exists from then on, has been delivered, was proved to work. */
  mintedAt: Date | null;
  distributedAt: Date | null;
  verifiedAt: Date | null;
  graceStartedAt: Date | null;
  graceEndsAt: Date | null;
  revokedAt: Date | null;
  endedAt: Date | null;
  /** Why it ended as it did, unless it is completed. */
  why: string | null;
}

/** The part of a rotation that its course writes. */
export const NOT_BEGUN = {
  state: 'scheduled',
  replacement: null,
  run: null,
  startedAt: null,
  mintedAt: null,
  distributedAt: null,
  verifiedAt: null,
  graceStartedAt: null,
  graceEndsAt: null,
  revokedAt: null,
  endedAt: null,
  why: null,
} as const satisfies Partial<Rotation>;

/** The word of the scheduler recipe (seed 003) for each state. */
export function schedulerWord(
  state: RotationState,
): 'scheduled' | 'in_progress' | 'grace_period' | 'completed' | 'failed' {
  switch (state) {
    case 'scheduled':
      return 'scheduled';
    case 'grace':
    case 'usage_gate':
      return 'grace_period';
    case 'completed':
      return 'completed';
    case 'rolled_back':
    case 'failed':
    case 'preempted':
    case 'cancelled':
      return 'failed';
    case 'awaiting_approval':
    case 'intent_written':
    case 'created':
    case 'distributing':
    case 'verifying':
    case 'revoking':
    case 'proving':
      return 'in_progress';
    default:
      return state satisfies never;
  }
}

export function isEnded({ state }: Pick<Rotation, 'state'>): boolean {
  return ROTATION_ENDS.includes(state);
}
