import { healthOf, type Key, type KeyState, nameOf } from './key.ts';

/** What was read of the ledger: the keys that need a word, and how many there are of the rest. */
export interface AuditInput {
  now: Date;
  withinMs: number;
  /** Current keys that are revoked or expired for good. */
  gone: readonly Key[];
  /** Current keys whose time is over or ends within `withinMs`. */
  ending: readonly Key[];
  /** Usable keys of production for which no expiry is on record. */
  undated: readonly Key[];
  /** How many current keys are in each state. */
  counts: readonly { state: KeyState; count: number }[];
  /** When the ledger was last written: later than `now` means that this clock is wrong. */
  lastRecordedAt: Date | null;
}

/** Seed 002's four categories in its order, and what cannot be put into one of them. */
export interface CredentialAudit {
  at: Date;
  withinMs: number;
  revoked: Key[];
  expired: Key[];
  expiring: Key[];
  unknown: Key[];
  healthy: number;
  /** Minted, not handed over yet: nobody can call with them. */
  pending: number;
  /** Why the audit as a whole says nothing, in sentences; empty when it can be believed. */
  doubts: string[];
}

export type AuditOutcome = 'healthy' | 'expired' | 'unknown';

// Two machines that share a ledger never agree to the second.
const CLOCKS_AGREE_MS = 5 * 60_000;

/** Asked of each key in this order: revoked, expired, expiring; the rest is healthy, unless nobody wrote down when it ends. */
export function credentialAudit(input: AuditInput): CredentialAudit {
  const { now, withinMs, gone, ending, undated, counts } = input;
  const inState = (...states: KeyState[]) =>
    counts.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
  const over = ending.filter((key) => healthOf(key, now) === 'expired');
  const usable = inState('active', 'suspended', 'retiring');
  return {
    at: now,
    withinMs,
    revoked: gone.filter(({ state }) => state === 'revoked'),
    expired: [...gone.filter(({ state }) => state === 'expired'), ...over],
    expiring: ending.filter((key) => !over.includes(key)),
    unknown: [...undated],
    // The lists and the figures are two looks at a ledger that others go on writing.
    healthy: Math.max(0, usable - ending.length - undated.length),
    pending: inState('pending'),
    doubts: doubtsAbout(input),
  };
}

function doubtsAbout({ now, counts, lastRecordedAt }: AuditInput): string[] {
  const doubts: string[] = [];
  if (counts.every(({ count }) => count === 0)) doubts.push('There is no key to judge, so nothing was judged.');
  if (lastRecordedAt !== null && lastRecordedAt.getTime() > now.getTime() + CLOCKS_AGREE_MS)
    doubts.push(
      `The ledger was written at ${lastRecordedAt.toISOString()}, which is later than this machine's clock: what is expired cannot be judged. Set the clock.`,
    );
  return doubts;
}

/** What a pipeline acts on. A key that is known to be expired counts more than one that nobody can judge. */
export function outcomeOf({ expired, unknown, doubts }: CredentialAudit): AuditOutcome {
  if (expired.length > 0) return 'expired';
  return unknown.length > 0 || doubts.length > 0 ? 'unknown' : 'healthy';
}

/** 0 healthy, 1 expired, 3 unknown; 2 is what every command ends with that could not be carried out. */
export function exitCodeOf(outcome: AuditOutcome): 0 | 1 | 3 {
  switch (outcome) {
    case 'healthy':
      return 0;
    case 'expired':
      return 1;
    case 'unknown':
      return 3;
    default:
      return outcome satisfies never;
  }
}

/** The title of a ticket about it: the same while nothing changes, so that one can be found again. */
export function auditTitle({ expired, expiring }: CredentialAudit): string {
  return `Credential audit: ${expired.length} expired, ${expiring.length} expiring`;
}

/** GitHub's workflow commands, one line each: an error for what is broken, a warning for what will be. */
export function annotations(audit: CredentialAudit): string[] {
  const about = (key: Key) => `${nameOf(key)} (${key.service}, ${key.environment})`;
  return [
    ...audit.expired.map((key) =>
      annotation('error', 'Expired key', `${about(key)} expired ${dayOf(key.expiresAt)}. ${rotate(key)}`),
    ),
    ...audit.doubts.map((doubt) => annotation('error', 'Credential audit', doubt)),
    ...audit.unknown.map((key) =>
      annotation(
        'error',
        'Key without expiry',
        `${about(key)} has no expiry on record, so nobody can say. ${rotate(key)}`,
      ),
    ),
    ...audit.expiring.map((key) =>
      annotation('warning', 'Expiring key', `${about(key)} expires ${dayOf(key.expiresAt)}. ${rotate(key)}`),
    ),
    ...audit.revoked.map((key) =>
      annotation('notice', 'Revoked key', `${about(key)} is revoked. Remove it from what still reads it.`),
    ),
  ];
}

/** Who issued a key that was imported: somebody else, who alone can replace it. */
export const IMPORTED = 'imported';

function rotate({ slug, provider }: Key): string {
  return provider === IMPORTED ? 'Replace it where it was made.' : `Rotate it: rekey keys rotate ${slug}`;
}

function dayOf(at: Date | null): string {
  return at === null ? 'at an unknown time' : at.toISOString().slice(0, 10);
}

// docs.github.com, "Workflow commands": a line break or `::` in a value would end it, or begin another command.
function annotation(level: 'error' | 'warning' | 'notice', title: string, text: string): string {
  const value = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `::${level} title=${title}::${value}`;
}
