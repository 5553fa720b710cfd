import type { KeyId, RunId, SecretId, StepId } from './ids.ts';

/** A few places that get a new key before everybody does, while somebody looks whether it works there. */
export interface Canary {
  /** The idempotency token of its step: one canary for each. */
  id: string;
  run: RunId;
  step: StepId;
  key: KeyId;
  /** `previous`: the sealed copy of what was there before; null when there was nothing. */
  members: { name: string; sink: string; target: string; previous: SecretId | null }[];
  beganAt: Date;
  deliveredAt: Date | null;
  /** How often all of them were looked at, and what came of it. */
  rounds: number;
  probes: number;
  failures: number;
  /** Why the threshold was missed: recorded before anything is put back, so that a crash in between cannot be taken for health. */
  missed: string | null;
  endedAt: Date | null;
  outcome: 'healthy' | 'returned' | null;
}

/** `0`, `3` or `20%` of the probes that are to be made. */
export function failuresAllowed(written: number | string, probes: number): number {
  if (typeof written === 'number') return written;
  return Math.floor((Number.parseInt(written, 10) / 100) * probes);
}

/** How many looks fit into the time, at least one. */
export function roundsIn(forMs: number, everyMs: number): number {
  return Math.max(1, Math.floor(forMs / everyMs));
}

/** `2 of 12 probes failed, 0 were allowed`. */
export function numbersOf({ probes, failures }: Pick<Canary, 'probes' | 'failures'>, allowed: number): string {
  return `${failures} of ${probes} probes failed, ${allowed} ${allowed === 1 ? 'was' : 'were'} allowed`;
}
