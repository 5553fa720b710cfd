import type { ExpiryClaim } from '../domain/digest/claim.ts';
import type { Digest, DigestHead, DigestItem } from '../domain/digest/digest.ts';
import type { Impression } from '../domain/digest/shown.ts';
import type { Snooze } from '../domain/digest/snooze.ts';
import type { UnusedMark } from '../domain/digest/unused.ts';
import type { KeyId, PersonId } from '../domain/ids.ts';
import type { Key, KeyClass } from '../domain/key.ts';

/** How far a message of a digest has come. `person` null: in the channel. */
export interface DigestMessage {
  subject: string;
  person: PersonId | null;
  /** When Slack took it. */
  postedAt: Date | null;
  /** Written down as shown. */
  recorded: boolean;
  /** Why it has not come through so far, or never will. */
  error: string | null;
  gaveUp: boolean;
}

/** What is asked of digests, and what a digest asks. */
export interface DigestReader {
  digest: (id: string) => Promise<Digest | null>;
  digestHead: (id: string) => Promise<DigestHead | null>;
  /** The last one that the clock called for. */
  lastDigest: () => Promise<DigestHead | null>;
  /** Newest first. */
  digests: (limit: number) => Promise<DigestHead[]>;
  digestsSince: (since: Date) => Promise<DigestHead[]>;
  /** The keys of one message of the channel, or of one to this person, in order. */
  digestItems: (digest: string, of: { part: number; person: PersonId | null }) => Promise<DigestItem[]>;
  digestMessages: (digest: string) => Promise<DigestMessage[]>;
  /** Every message of a digest that reached somebody with this version of a key in it. */
  impressionsOf: (key: KeyId) => Promise<Impression[]>;
  openExpiryClaim: (key: KeyId) => Promise<ExpiryClaim | null>;
  expiryClaim: (id: string) => Promise<ExpiryClaim | null>;
  /** Newest first. */
  expiryClaimsOf: (key: KeyId) => Promise<ExpiryClaim[]>;
  /** Open ones whose time is over, the longest over first. */
  expiryClaimsDue: (now: Date, limit: number) => Promise<ExpiryClaim[]>;
  expirySnooze: (key: KeyId) => Promise<Snooze | null>;
  openSnoozes: (now: Date) => Promise<Snooze[]>;
  unusedMark: (id: string) => Promise<UnusedMark | null>;
  /** The one that nobody has answered yet, or that was confirmed. */
  standingMark: (key: KeyId) => Promise<UnusedMark | null>;
  /** Which of these keys are not in use, as their owners said. */
  confirmedUnused: (keys: readonly KeyId[]) => Promise<KeyId[]>;
  /** Which of these keys an open run has in its hands. */
  keysInHand: (keys: readonly KeyId[]) => Promise<KeyId[]>;
  /** Current keys that ended without a replacement and are not revoked, the one that ended last comes first. */
  currentExpired: (limit: number) => Promise<Key[]>;
  /** Current keys in use that nobody owns. */
  currentOwnerless: (limit: number) => Promise<Key[]>;
  /** Current keys in use without an end on record. */
  currentWithoutEnd: (limit: number) => Promise<Key[]>;
  /** Every name that owns a current key; costs as much as there are names. */
  ownersOfKeys: () => Promise<string[]>;
  currentOfOwner: (owner: string, limit: number) => Promise<Key[]>;
  /** How many current, active keys of a class were activated before that instant. */
  countOlderThan: (keyClass: KeyClass, activatedBefore: Date) => Promise<number>;
  /** How many current keys end between each instant and the next. */
  expiriesBetween: (instants: readonly Date[]) => Promise<number[]>;
}
