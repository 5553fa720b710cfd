import type { PersonId } from '../../../domain/ids.ts';
import { healthOf, type Key, nameOf } from '../../../domain/key.ts';
import { byEnd } from '../../../domain/key-search.ts';
import { type Policy, peopleNamed } from '../../../domain/policy.ts';
import { isInReach, reachesNothing, reachOf } from '../../../domain/reach.ts';
import type { Sources } from '../../deps.ts';
import type { MyKeys } from '../../views/home/keys.ts';

const NOTHING = { owner: null, escalation: null };
const SHOWN = 8;
const STATES = ['active', 'retiring', 'suspended', 'expired'] as const;
// More are counted and not read: whoever owns more looks at the list.
const MOST_READ = 300;

/** The keys that this person answers for, themselves or with a group of theirs; the one that ends first comes first. */
export async function loadMyKeys({ ledger, now }: Sources, policy: Policy, person: PersonId): Promise<MyKeys> {
  const names = namesOf(policy, person);
  const readable = reachOf(policy, 'read', person);
  const found = (await keysUnder(ledger, names, now())).filter((key) => isInReach(readable, key));
  const rows = await Promise.all(
    found.slice(0, SHOWN).map(async (key) => ({
      id: key.id,
      name: nameOf(key),
      health: healthOf(key, now()),
      expiresAt: key.expiresAt,
      as: asOf(key, names),
      inHand: (await ledger.openRunOfKey(key.id)) !== null || (await ledger.openRotationOf(key.slug)) !== null,
    })),
  );
  return {
    rows,
    more: Math.max(0, found.length - SHOWN),
    atLeast: found.length >= MOST_READ,
    mayPlan: !reachesNothing(reachOf(policy, 'rotate', person)),
  };
}

async function keysUnder(ledger: Sources['ledger'], names: ReadonlySet<string>, now: Date): Promise<Key[]> {
  const found = new Map<string, Key>();
  for (const name of names)
    for (const search of [{ owner: name }, { escalation: name }])
      for (const key of await ledger.findKeys({ ...search, states: STATES }, { now, limit: MOST_READ }))
        found.set(key.id, key);
  return [...found.values()].sort(byEnd).slice(0, MOST_READ);
}

function asOf({ owner }: Key, names: ReadonlySet<string>): 'owner' | 'escalation' {
  return owner !== null && names.has(owner) ? 'owner' : 'escalation';
}

function namesOf(policy: Policy, person: PersonId): ReadonlySet<string> {
  const groups = Object.keys(policy.groups).map((group) => `group:${group}`);
  return new Set([person, ...groups.filter((group) => peopleNamed(policy, [group], NOTHING).has(person))]);
}
