import { type PersonId, personOf } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { leaksComparedBy } from '../../ledger/subjects.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import type { IncidentsDeps } from './deps.ts';

const HOUR_MS = 3_600_000;
const MOST_TEXTS = 5;
const MOST_AN_HOUR = 10;

/** What somebody may know of the keys whose material they have in hand. */
export interface LeakFound {
  /** Those that they may read or replace. */
  named: Key[];
  /** Who may replace the others; empty when there are no others. */
  others: PersonId[];
  /** They had so much compared within the hour that this was not. */
  tooOften: boolean;
}

/**
 * Compared by digest, as the verifier does it: what was pasted is in memory for as long as this takes, and nowhere else. Whoever may not
 * read a key learns that one is known and whom to tell, but not which. That they asked is on record, and counted: it is no way to try keys.
 */
export async function compareLeak(
  deps: IncidentsDeps,
  { actor, channel, material }: Origin & { material: readonly Secret[] },
): Promise<LeakFound> {
  if (material.length === 0) return { named: [], others: [], tooOften: false };
  const texts = material.slice(0, MOST_TEXTS);
  const { policy } = await deps.policy();
  const at = deps.now();
  return deps.ledger.record({ at, actor, channel }, async ({ read }): Promise<Recording<LeakFound>> => {
    const before = await read.audit({ subject: leaksComparedBy(actor), limit: MOST_AN_HOUR });
    const oldest = before.length < MOST_AN_HOUR ? undefined : before.at(-1);
    if (oldest !== undefined && at.getTime() - oldest.at.getTime() < HOUR_MS)
      return { events: [], result: { named: [], others: [], tooOften: true } };
    const found = await keysOf(deps, read, texts);
    const person = personOf(actor);
    const named = found.filter((key) => person !== null && mayKnow(policy, key).has(person));
    const others = found.filter((key) => !named.includes(key)).flatMap((key) => [...whoReplaces(policy, key)]);
    const ids = { found: found.map(({ id }) => id), named: named.map(({ id }) => id) };
    return {
      events: [{ type: 'leak_compared', by: actor, texts: texts.length, ...ids }],
      result: { named, others: [...new Set(others)].sort(), tooOften: false },
    };
  });
}

function whoReplaces(policy: Policy, key: Key): ReadonlySet<PersonId> {
  return peopleNamed(policy, policy.may.rotate ?? [], key);
}

function mayKnow(policy: Policy, key: Key): ReadonlySet<PersonId> {
  return peopleNamed(policy, [...(policy.may.read ?? []), ...(policy.may.rotate ?? [])], key);
}

async function keysOf(
  { pepper }: IncidentsDeps,
  read: Pick<LedgerReader, 'keyByDigest'>,
  texts: readonly Secret[],
): Promise<Key[]> {
  const found = new Map<string, Key>();
  for (const secret of texts) {
    const key = await read.keyByDigest(pepper.digestOf(secret.reveal()));
    if (key !== null) found.set(key.id, key);
  }
  return [...found.values()];
}
