import { healthOf, type Key, type KeyState } from '../../domain/key.ts';
import { byEnd, type KeySearch } from '../../domain/key-search.ts';
import type { Reach } from '../../domain/reach.ts';
import { wordsOf } from '../../ledger/key-words.ts';
import type { Sources } from '../deps.ts';
import type { KeyRow } from '../views/keys-list.ts';
import { displayNames } from './names.ts';

/** More than anybody pages through; what is behind it is found by narrowing the search down. */
export const MOST_FOUND = 300;

type From = Pick<Sources, 'ledger' | 'now'>;

/** Keys of this kind within reach, what ends first first. Costs what is found, however large the ledger is. */
export async function findWithin(from: From, reach: Reach, { name, ...search }: KeysSearch): Promise<Key[]> {
  if (name === undefined) return keysOf(from, reach, search);
  const { ledger, now } = from;
  const found = reach.kind === 'all' ? await ledger.keysNamedLike(name, MOST_FOUND) : await keysOf(from, reach, search);
  const at = now();
  return found.filter((key) => isLike(key, name) && matches(key, search, at)).sort(byEnd);
}

/** `name`: the beginning of a name, or of a later word in it; of a service or an owner too. */
type KeysSearch = Pick<
  KeySearch,
  'service' | 'environment' | 'owner' | 'health' | 'class' | 'expiringWithinMs' | 'name'
>;

function isLike({ slug, service, owner }: Key, name: string): boolean {
  const begins = (text: string) => text.startsWith(name);
  return begins(slug) || wordsOf(slug).some(begins) || begins(service) || begins(owner?.replace(/^group:/, '') ?? '');
}

function matches(key: Key, { service, environment, owner, health, expiringWithinMs, ...of }: KeysSearch, now: Date) {
  const ends = key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return (
    (service ?? key.service) === key.service &&
    (environment ?? key.environment) === key.environment &&
    (owner ?? key.owner) === key.owner &&
    (of.class ?? key.class) === key.class &&
    (health === undefined ? LISTED.includes(key.state) : healthOf(key, now) === health) &&
    (expiringWithinMs === undefined || ends <= now.getTime() + expiringWithinMs)
  );
}

async function keysOf({ ledger, now }: From, reach: Reach, asked: KeySearch): Promise<Key[]> {
  const search = asked.health === undefined ? { ...asked, states: LISTED } : asked;
  const at = { now: now(), limit: MOST_FOUND };
  if (reach.kind === 'all') return ledger.findKeys(search, at);
  const found: Key[] = [];
  for (const owner of reach.owners)
    if (search.owner === undefined || search.owner === owner)
      found.push(...(await ledger.findKeys({ ...search, owner }, at)));
  for (const escalation of reach.escalations) found.push(...(await ledger.findKeys({ ...search, escalation }, at)));
  return [...new Map(found.map((key) => [key.id, key])).values()].sort(byEnd).slice(0, MOST_FOUND);
}

// What expired and was never replaced is the worst of all, so a list begins with it.
const LISTED: readonly KeyState[] = ['active', 'retiring', 'suspended', 'expired'];

/** How many there are in all when more were found than are looked at; null: only counting them one by one would tell. */
export async function countOf({ ledger }: From, reach: Reach, search: KeysSearch): Promise<number | null> {
  const { service, environment, owner, name, health, class: keyClass } = search;
  if (reach.kind !== 'all' || owner !== undefined || name !== undefined || health !== undefined) return null;
  const counts = (await ledger.keyCounts()).filter(
    (one) =>
      (service ?? one.service) === one.service &&
      (environment ?? one.environment) === one.environment &&
      (keyClass ?? one.class) === one.class &&
      LISTED.includes(one.state),
  );
  return counts.reduce((sum, { count }) => sum + count, 0);
}

export async function keyRows(keys: readonly Key[], sources: Sources): Promise<KeyRow[]> {
  const name = await displayNames(sources);
  const now = sources.now();
  return keys.map((key) => ({
    slug: key.slug,
    version: key.version,
    health: key.state === 'suspended' ? 'suspended' : healthOf(key, now),
    expiresAt: key.expiresAt,
    service: key.service,
    environment: key.environment,
    owner: key.owner === null ? null : name(key.owner),
  }));
}
