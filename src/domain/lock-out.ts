import { Refusal } from '../errors.ts';
import { type Key, nameOf } from './key.ts';

const EXPIRING_WITHIN_MS = 30 * 24 * 3_600_000;

/** `Key.administers` names a provider: with such a key the keys of that provider can be made, rotated and revoked. */
export type Administrator = Key & { administers: string };

export function isAdministrator(key: Key): key is Administrator {
  return key.administers !== null;
}

export function isAccepted(key: Pick<Key, 'state' | 'expiresAt' | 'graceEndsAt'>, now: Date): boolean {
  if (key.expiresAt !== null && key.expiresAt <= now) return false;
  if (key.state === 'retiring') return key.graceEndsAt !== null && key.graceEndsAt > now;
  return key.state === 'active';
}

/** Accepted, and nobody else is known to have it: only such an administrator is one to count on. */
export function isLive(key: Key, now: Date): boolean {
  return isAccepted(key, now) && key.compromisedAt === null;
}

/**
 * Rekey has seen more of it than a name that somebody typed: it was accepted in a real call, or its value was minted or shown here. A team
 * whose providers cannot be asked gets along with the second; that it is no made-up value is answered for by who may `administer`, without
 * whom nothing is registered as an administrator.
 */
function isSeen({ provedLiveAt, digest }: Key): boolean {
  return provedLiveAt !== null || digest !== null;
}

/** `rotate`: the old key goes before the new one is there, as in the mode `exploited`. */
export type TakingAway = 'revoke' | 'suspend' | 'rotate';

/** Refusal `last_admin_key` when nobody could administer the key's provider any more. */
export function assertNotLast(
  key: Administrator,
  administrators: readonly Key[],
  at: { now: Date; doing: TakingAway },
): void {
  // What its provider refuses already can be taken away: it administers nothing.
  if (!isAccepted(key, at.now) || othersLike(key, administrators, at.now).live.length > 0) return;
  throw new Refusal(
    'last_admin_key',
    `${nameOf(key)} is the last live admin key of ${key.administers}: without it Rekey can neither rotate nor revoke the keys there. ${ADVICE[at.doing]}`,
  );
}

export const SECOND_ADMIN_FIRST = 'Register a second admin key of that provider with its value first';

const ADVICE: Readonly<Record<TakingAway, string>> = {
  revoke: `${SECOND_ADMIN_FIRST}, or rotate this one: its replacement is proved before it goes.`,
  suspend: `${SECOND_ADMIN_FIRST}, or rotate this one: its replacement is proved before it goes.`,
  rotate: `${SECOND_ADMIN_FIRST}, or rotate it as suspected: then the new one is there and proved before the old one goes.`,
};

/** The live administrators of `key`'s provider other than itself that Rekey has seen; `proven` ones were accepted in a real call. */
export function othersLike(
  key: Administrator,
  administrators: readonly Key[],
  now: Date,
): { live: Key[]; proven: Key[] } {
  const live = administrators.filter(
    (other) => other.id !== key.id && other.administers === key.administers && isLive(other, now) && isSeen(other),
  );
  return { live, proven: live.filter((other) => other.provedLiveAt !== null) };
}

/**
 * The key that the connector of its provider calls with: to rotate it, it would have to be used on itself. Rekey needs no key for its own
 * ledger.
 */
export function rotatesItself(key: Key): key is Administrator {
  return key.administers !== null && key.administers === key.provider && key.provider !== 'ledger';
}

export interface LockOutGraph {
  /** `from` can rotate and revoke `to`, both by name. */
  edges: { from: string; to: string }[];
  /** Administrators that can only be repaired by one another: when all of one ring are lost at once, nobody here can help. */
  rings: string[][];
}

/** Which key can still administer which. Only live administrators rule; every key of their provider is ruled. */
export function lockOutGraph(keys: readonly Key[], now: Date): LockOutGraph {
  const rulers = keys.filter(isAdministrator).filter((key) => isLive(key, now));
  const ruledBy = (ruler: Administrator) => keys.filter((key) => key.provider === ruler.administers);
  const edges = rulers.flatMap((ruler) => ruledBy(ruler).map((key) => ({ from: nameOf(ruler), to: nameOf(key) })));
  const reach = new Map(rulers.map((ruler) => [nameOf(ruler), reachable(nameOf(ruler), edges)]));
  const inRing = rulers.map(nameOf).filter((name) => reach.get(name)?.has(name));
  const rings = inRing.map((name) => inRing.filter((other) => isMutual(reach, name, other)).sort());
  return { edges, rings: [...new Map(rings.map((ring) => [ring.join('\n'), ring])).values()] };
}

function isMutual(reach: ReadonlyMap<string, ReadonlySet<string>>, one: string, other: string): boolean {
  return reach.get(one)?.has(other) === true && reach.get(other)?.has(one) === true;
}

function reachable(start: string, edges: LockOutGraph['edges']): Set<string> {
  const found = new Set<string>();
  const open = [start];
  for (let from = open.pop(); from !== undefined; from = open.pop())
    for (const { to } of edges.filter((edge) => edge.from === from && !found.has(edge.to))) {
      found.add(to);
      open.push(to);
    }
  return found;
}

/** Of each provider the live administrator that lasts longest, when even that one has less than 30 days left. */
export function lastAdminsExpiring(administrators: readonly Key[], now: Date): Administrator[] {
  const longest = new Map<string, Administrator>();
  for (const key of administrators.filter(isAdministrator).filter((one) => isLive(one, now))) {
    const before = longest.get(key.administers);
    if (before === undefined || endOf(key) > endOf(before)) longest.set(key.administers, key);
  }
  return [...longest.values()].filter((key) => endOf(key) - now.getTime() < EXPIRING_WITHIN_MS);
}

/** A key in grace is not one that lasts, whatever its expiry says. */
function endOf({ state, graceEndsAt, expiresAt }: Key): number {
  const life = expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return state === 'retiring' && graceEndsAt !== null ? Math.min(life, graceEndsAt.getTime()) : life;
}

/** For the alarm `last_admin_expiring`. */
export function expiringSentence(key: Administrator): string {
  const until = new Date(endOf(key)).toISOString().slice(0, 10);
  return (
    `${nameOf(key)} is the last live admin key of ${key.administers} and ends on ${until}: ` +
    `after that Rekey can neither rotate nor revoke keys there. Rotate it now, or register and prove a second one.`
  );
}
