import type { KeyId, PersonId } from '../ids.ts';
import type { Key } from '../key.ts';

const HOUR_MS = 3_600_000;
const LONGEST_MS = 3 * 24 * HOUR_MS;
const SHORTEST_MS = HOUR_MS;

/** `done`: something came of it. `let_go`: the one who claimed it gave it back. `released`: nothing came of it in time. */
export type ClaimEnd = 'done' | 'let_go' | 'released';

export type Lack = 'owner' | 'expiry';

export function lacksOf({ owner, expiresAt }: Pick<Key, 'owner' | 'expiresAt'>): Lack[] {
  return [...(owner === null ? (['owner'] as const) : []), ...(expiresAt === null ? (['expiry'] as const) : [])];
}

/** Somebody takes care of a key of the digest. */
export interface ExpiryClaim {
  id: string;
  key: KeyId;
  by: PersonId;
  at: Date;
  /** By then something has to come of it. */
  until: Date;
  /** What nobody had said of the key when it was claimed. */
  lacked: Lack[];
  end: { how: ClaimEnd; at: Date; why: string } | null;
}

/** Half of the time left, at most three days; at least an hour, also for a key that has expired. */
export function claimUntil({ expiresAt }: Pick<Key, 'expiresAt'>, now: Date): Date {
  const half = expiresAt === null ? LONGEST_MS : (expiresAt.getTime() - now.getTime()) / 2;
  return new Date(now.getTime() + Math.max(SHORTEST_MS, Math.min(LONGEST_MS, half)));
}

/** Whether anything came of a claim: a rotation, an end of the key, or an answer to what was missing. */
export function hasProgress(
  { lacked }: Pick<ExpiryClaim, 'lacked'>,
  since: { rotating: boolean; settled: boolean; key: Pick<Key, 'owner' | 'expiresAt'> },
): boolean {
  const lacks = lacksOf(since.key);
  return since.rotating || since.settled || lacked.some((one) => !lacks.includes(one));
}
