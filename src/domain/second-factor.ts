import type { Actor, PersonId } from './ids.ts';
import { KeyId, SecretId } from './ids.ts';
import type { SealedSecret } from './incident.ts';

/** One authenticator app of one person. It counts from `confirmedAt`, when it was shown to work, until `endedAt`. */
export interface SecondFactor {
  id: string;
  person: PersonId;
  /** The sealed seed; null once it is over. */
  envelope: string | null;
  enrolledAt: Date;
  confirmedAt: Date | null;
  endedAt: Date | null;
  /** The time step of the last code that was accepted: no code of it, or of an earlier one, is taken again. */
  lastStep: number;
}

/** What wrong codes have led to. It belongs to the person and not to the app: a new app gives no new tries. */
export interface Tries {
  /** The wrong ones that still count, oldest first. */
  failedAt: readonly Date[];
  lockedUntil: Date | null;
  /** Locks in a row, without a right code in between; each lasts twice as long as the one before it. */
  locks: number;
}

/** A link with which one person sets up one app on a page: an hour, one look at the seed. */
export interface Invite {
  id: string;
  person: PersonId;
  /** SHA-256 of the token, hex. */
  tokenHash: string;
  invitedBy: Actor;
  createdAt: Date;
  expiresAt: Date;
  /** What was made when the link was used; null before. */
  factor: string | null;
}

export const NO_TRIES: Tries = { failedAt: [], lockedUntil: null, locks: 0 };
export const RECOVERY_CODES = 10;
export const CONFIRM_WITHIN_MS = 15 * 60_000;
export const INVITE_LASTS_MS = 60 * 60_000;

const MOST_WRONG = 5;
const WITHIN_MS = 10 * 60_000;
const FIRST_LOCK_MS = 15 * 60_000;
const LONGEST_LOCK_MS = 24 * 3_600_000;

export type WrongTry = { kind: 'failed'; left: number } | { kind: 'locked'; until: Date };

/**
 * Five wrong codes within ten minutes lock for 15 minutes, then for 30, and so on to a day. Three codes are right at any moment, so a lock
 * that stayed at 15 minutes would let a patient guesser through within a few years; this one does not.
 */
export function afterWrongTry(tries: Tries, now: Date): WrongTry {
  const left = MOST_WRONG - withWrongTry(tries, now).length;
  if (left > 0) return { kind: 'failed', left };
  const lasts = Math.min(FIRST_LOCK_MS * 2 ** tries.locks, LONGEST_LOCK_MS);
  return { kind: 'locked', until: new Date(now.getTime() + lasts) };
}

/** The wrong tries that count after another one. One that lies ahead of a clock that was set back counts on. */
export function withWrongTry({ failedAt }: Tries, now: Date): Date[] {
  return [...failedAt.filter((at) => now.getTime() - at.getTime() < WITHIN_MS), now];
}

export function isLocked({ lockedUntil }: Pick<Tries, 'lockedUntil'>, now: Date): boolean {
  return lockedUntil !== null && now < lockedUntil;
}

/** As the vault seals and opens it: the person stands where a key's id stands, so that the seed of one does not open in the row of another. */
export function seedOf({ id, person, envelope, enrolledAt, endedAt }: SecondFactor): SealedSecret {
  return {
    id: SecretId.parse(id),
    key: KeyId.parse(`person:${person}`),
    purpose: 'second_factor',
    envelope,
    createdAt: enrolledAt,
    destroyedAt: endedAt,
  };
}

export function inviteLink(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/second-factor#${token}`;
}
