import { healthOf, type Key, type KeyState } from '../../domain/key.ts';
import { byEnd, type KeySearch } from '../../domain/key-search.ts';
import type { Reach } from '../../domain/reach.ts';
import type { Sources } from '../deps.ts';
import type { KeyRow } from '../views/keys-list.ts';
import { displayNames } from './names.ts';

/** More than anybody pages through; what is behind it is found by narrowing the search down. */
export const MOST_FOUND = 300;

type From = Pick<Sources, 'ledger' | 'now'>;

/** Keys of this kind within reach, what ends first first. Costs what is found, however large the ledger is. */
export async function findWithin({ ledger, now }: From, reach: Reach, search: KeySearch): Promise<Key[]> {
  const at = { now: now(), limit: MOST_FOUND };
  if (reach.kind === 'all') return ledger.findKeys(search, at);
  const found: Key[] = [];
  for (const owner of reach.owners)
    if (search.owner === undefined || search.owner === owner)
      found.push(...(await ledger.findKeys({ ...search, owner }, at)));
  for (const escalation of reach.escalations) found.push(...(await ledger.findKeys({ ...search, escalation }, at)));
  return [...new Map(found.map((key) => [key.id, key])).values()].sort(byEnd).slice(0, MOST_FOUND);
}

const IN_USE: readonly KeyState[] = ['active', 'retiring', 'suspended'];

/** How many there are in all when more were found than are looked at; null: only counting them one by one would tell. */
export async function countOf({ ledger }: From, reach: Reach, search: KeySearch): Promise<number | null> {
  const { service, environment, owner, name, health, class: keyClass } = search;
  if (reach.kind !== 'all' || owner !== undefined || name !== undefined || health !== undefined) return null;
  const counts = (await ledger.keyCounts()).filter(
    (one) =>
      (service ?? one.service) === one.service &&
      (environment ?? one.environment) === one.environment &&
      (keyClass ?? one.class) === one.class &&
      IN_USE.includes(one.state),
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
