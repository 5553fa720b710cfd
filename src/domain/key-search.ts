import type { KeyId } from './ids.ts';
import type { Health, KeyClass, KeyState } from './key.ts';

const EXPIRING_WITHIN_MS = 7 * 24 * 3_600_000;

/** What a key has to be to be found; nothing given: every key in use. */
export interface KeySearch {
  service?: string | undefined;
  environment?: string | undefined;
  owner?: string | undefined;
  escalation?: string | undefined;
  class?: KeyClass | undefined;
  provider?: string | undefined;
  /** `payments-*`: a name, in which `*` stands for any number of characters. It begins with a character of its own. */
  name?: string | undefined;
  states?: readonly KeyState[] | undefined;
  health?: Health | undefined;
  expiringWithinMs?: number | undefined;
  /** No version of this name. */
  otherThan?: string | undefined;
  /** What names a single version, or the ones that took its place: these are found in every state. */
  predecessor?: KeyId | undefined;
  fingerprint?: string | undefined;
  publicId?: string | undefined;
  /** `from` included, `before` not. */
  created?: { from: Date; before: Date | null } | undefined;
}

/** Keys of one state whose end lies in a stretch of time: after `after`, at `upTo` at the latest; null is open. `undated`: also without an end. */
export interface SearchedState {
  state: KeyState;
  after: Date | null;
  upTo: Date | null;
  undated: boolean;
}

const EVERY_STATE: readonly KeyState[] = ['pending', 'active', 'retiring', 'suspended', 'expired', 'revoked'];
const IN_USE: readonly KeyState[] = ['active', 'retiring', 'suspended'];

/** Which states are looked through, and from when to when; the ledger may be the last to notice that a key's time is over. */
export function searchedStates(search: KeySearch, now: Date): SearchedState[] {
  const states = search.states ?? (isNamed(search) ? EVERY_STATE : defaultStates(search.health));
  return states.flatMap((state) => {
    const healthy = ofHealth(state, search.health, now);
    if (healthy === null || search.expiringWithinMs === undefined) return healthy ?? [];
    return endingBefore(healthy, new Date(now.getTime() + search.expiringWithinMs));
  });
}

/** Whether it says which versions it means, and not which kind of key. */
export function isNamed({ predecessor, fingerprint, publicId }: KeySearch): boolean {
  return predecessor !== undefined || fingerprint !== undefined || publicId !== undefined;
}

function defaultStates(health: Health | undefined): readonly KeyState[] {
  if (health === 'revoked') return ['revoked'];
  return health === 'expired' ? [...IN_USE, 'expired'] : IN_USE;
}

function ofHealth(state: KeyState, health: Health | undefined, now: Date): SearchedState | null {
  const any = { state, after: null, upTo: null, undated: true };
  const soon = new Date(now.getTime() + EXPIRING_WITHIN_MS);
  if (health === undefined) return any;
  if (health === 'revoked' || state === 'revoked') return health === state ? any : null;
  if (state === 'expired') return health === 'expired' ? any : null;
  if (health === 'expired') return { ...any, upTo: now, undated: false };
  return health === 'expiring' ? { state, after: now, upTo: soon, undated: false } : { ...any, after: soon };
}

function endingBefore(found: SearchedState, end: Date): SearchedState[] {
  const upTo = found.upTo !== null && found.upTo < end ? found.upTo : end;
  if (found.after !== null && found.after >= upTo) return [];
  return [{ ...found, upTo, undated: false }];
}

/** Soonest to end first, what has no end last. */
export function byEnd(
  a: { expiresAt: Date | null; slug: string; version: number },
  b: { expiresAt: Date | null; slug: string; version: number },
): number {
  const ends = (a.expiresAt?.getTime() ?? Number.MAX_VALUE) - (b.expiresAt?.getTime() ?? Number.MAX_VALUE);
  return ends || a.slug.localeCompare(b.slug) || a.version - b.version;
}
