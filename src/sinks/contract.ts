import type { Secret } from '../secret.ts';

/**
 * A place that a caller reads its secret from, reached without any person seeing it. Once a signal is aborted nothing is put there any more:
 * an attempt that was given up must not come late over what the next one did.
 */
export interface Sink {
  name: string;
  /** Throws a Refusal that says what is wrong when this target cannot be used (relative path, not allowed, a link …). */
  check: (target: string) => Promise<void>;
  /** What is there now, or null. */
  read: (target: string) => Promise<Secret | null>;
  /** Replaces what is there, atomically, then reads it back and compares: returning means that the recipient has it. */
  deliver: (target: string, secret: Secret, signal: AbortSignal) => Promise<void>;
  /**
   * Puts `previous` back, or removes the target when it is null, while `isOurs` says so of what is there: what came there meanwhile stays.
   * Returns whether it did.
   */
  restore: (
    target: string,
    was: { previous: Secret | null; isOurs: (there: Secret) => boolean },
    signal: AbortSignal,
  ) => Promise<boolean>;
}
