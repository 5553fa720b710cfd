import type { KeyId } from '../domain/ids.ts';
import type { RotationMode } from '../domain/rotation.ts';
import type { JsonObject } from '../domain/run.ts';

/** What a step asks of the rotations of the ledger. */
export interface AskedRotation {
  key: KeyId;
  mode: Exclude<RotationMode, 'expired'>;
  graceHours: number | null;
  /** When it may begin; null: now, as a part of this run, or together with the one that is open. */
  notBefore: Date | null;
  reason: string;
  /** Why the minimum interval (or a freeze) does not count this time; null: it does. */
  override: string | null;
  deliver: { to: 'registered' } | { to: 'claim'; recipient: 'owner' | 'escalation' };
}

/** What a step asks of the calendar: a run of this runbook, once, between these instants. */
export interface AskedRun {
  runbook: string;
  inputs: JsonObject;
  reason: string;
  notBefore: Date;
  latestAt: Date | null;
}

/** The id of the rotation that a step asks for: the same for every attempt, so that it is found again. */
export function rotationIdOf(token: string): string {
  return `rot-${token.replaceAll('.', '-')}`;
}
