import type { AskedIn } from '../../domain/asked-in.ts';
import type { GraceProfile } from '../../domain/grace.ts';
import type { RotationId, RunId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { Rotation, RotationMode } from '../../domain/rotation.ts';
import type { Origin } from '../engine.ts';

export interface RotationRequest extends Origin {
  /** A slug (its current version), an id, a public id or a fingerprint. */
  key: string;
  mode: Exclude<RotationMode, 'expired'>;
  /** Hours in which both keys are accepted, or the name of a usual case; null: the default of mode and class. */
  graceHours: number | GraceProfile | null;
  /** When it may begin; null: a person's rotation begins now, a scheduled one after the lead notice. */
  notBefore: Date | null;
  reason: string;
  /** Why the minimum interval (or a freeze) does not count this time; null: it does. */
  override: string | null;
  /** To the place that is registered for the key, or as an offer to this recipient (`person:carol`, `token:ci-deployer`). */
  deliver: { to: 'registered' } | { to: 'claim'; recipient: string };
  /** Where the message of its run is to be when it begins now; left out outside of Slack. */
  askedIn?: AskedIn;
}

/**
 * `repeated`: the same request came before, and this is what it led to. `joined`: an emergency that asks for no more than the one that is
 * under way already.
 */
export interface RotationAsked {
  kind: 'started' | 'scheduled' | 'repeated' | 'joined';
  rotation: Rotation;
  key: Key;
}

/**
 * What became of a scheduled rotation whose time has come. `taken`: somebody else has begun or ended it. `waits`: a window or a freeze
 * keeps it until then. `ended`: its key can no longer be rotated.
 */
export type DueStart =
  | { kind: 'started'; run: RunId }
  | { kind: 'taken' }
  | { kind: 'waits'; until: Date }
  | { kind: 'ended'; why: string };

/** What one look at the clock did. */
export interface TickResult {
  started: number;
  completed: number;
  failed: number;
  /** Rotations that this look put on the calendar, and keys whose end it recorded. */
  scheduled: number;
  expired: number;
  retired: number;
  forgotten: number;
  /** True when the wall clock jumped and nothing that depends on it was done. */
  frozen: boolean;
}

/** The verbs on rotations, for CLI, HTTP, Slack and the schedule alike; see Keys for what they have in common. */
export interface Rotations {
  /**
   * Refusals: `unknown_key`, `not_allowed`, `rotation_open` ("in progress since … by …, ends …"), `grace_out_of_bounds`,
   * `too_soon` (minimum interval), `frozen`, `key_not_rotatable` (revoked, expired …), `last_admin_key`, `no_delivery`,
   * `unknown_recipient`, `recipient_not_allowed`, `reason_needed`, `emergency_waits`, `worse_than_running`, `unknown_runbook`. An emergency ends an open planned rotation instead of
   * being refused.
   */
  request: (request: RotationRequest) => Promise<RotationAsked>;
  /** Begins one whose time has come, once, however many look at the clock; for the schedule. */
  startDue: (rotation: RotationId) => Promise<DueStart>;
  /** Before its point of no return. Refusals: `unknown_rotation`, `rotation_over`, `point_of_no_return`. */
  cancel: (rotation: RotationId, request: Origin & { reason: string }) => Promise<Rotation>;
  /**
   * Once, at most half of the original grace and 168 h in all, never in an emergency, never beyond the key's own life. Refusals:
   * `not_in_grace`, `grace_extended`, `no_extension`, `grace_out_of_bounds`.
   */
  extendGrace: (request: Origin & { key: string; hours: number; reason: string }) => Promise<Key>;
  /** Lets the old key be revoked although callers still use it; the name of who said so stands in the audit. Refusal: `no_gate`. */
  waiveGate: (request: Origin & { key: string; reason: string }) => Promise<void>;
}
