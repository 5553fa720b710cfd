import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeyChanges, KeyFacts, KeyLookup } from '../ledger/lookup.ts';
import type { Pepper } from './pepper.ts';
import { type KeyVerdict, verdictOn } from './verify-key.ts';

/** The verdict, and what the ledger says of the key; `key` is null for `not_found` only. `retiring` comes with its deadline in `until`. */
export type Verification = KeyVerdict & { key: KeyFacts | null };

export interface Verifier {
  verify: (material: string) => Verification;
}

// design/keys.md: 60 s, 10 000 entries.
const KEEP_MS = 60_000;
const KEEP_KEYS = 10_000;
// Apart from the keys, so that somebody who guesses cannot push them out; short, because nobody waits for a wrong key.
const KEEP_UNKNOWN_MS = 5_000;
const KEEP_UNKNOWN = 2_000;

/**
 * Says whether a key may be used, from memory where it can. What is remembered is what the ledger says of the key, never a verdict: the clock
 * decides anew on every call. Each call first asks whether anything was committed since the last one, and forgets the keys that it was about.
 * `age`: a clock that only goes forward, for how long something is remembered.
 */
export function openVerifier(
  ledger: { lookup: KeyLookup },
  pepper: Pick<Pepper, 'digestOf'>,
  now: () => Date,
  age: { now: () => number } = performance,
): Verifier {
  const { lookup } = ledger;
  const memory = openMemory(age);
  const changes = lookup.watch();
  return {
    verify: (material) => {
      memory.forget(changes());
      const digest = pepper.digestOf(material);
      const key = memory.recall(digest) ?? memory.keep(digest, lookup.byDigest(digest));
      if (key === UNKNOWN || !sameDigest(key.digest, digest)) return { status: 'not_found', key: null };
      return { ...verdictOn(key, now()), key };
    },
  };
}

const UNKNOWN = Symbol('unknown');
type Remembered = KeyFacts | typeof UNKNOWN;

function openMemory(age: { now: () => number }) {
  const clock = { perf: age, ttlResolution: 0 };
  const known = new LRUCache<string, KeyFacts>({ ...clock, max: KEEP_KEYS, ttl: KEEP_MS });
  const unknown = new LRUCache<string, true>({ ...clock, max: KEEP_UNKNOWN, ttl: KEEP_UNKNOWN_MS });
  return {
    recall: (digest: string): Remembered | undefined =>
      known.get(digest) ?? (unknown.has(digest) ? UNKNOWN : undefined),
    keep: (digest: string, key: KeyFacts | null): Remembered => {
      if (key === null) {
        unknown.set(digest, true);
        return UNKNOWN;
      }
      known.set(digest, key);
      return key;
    },
    forget: (changes: KeyChanges): void => {
      if (changes === 'none') return;
      if (changes === 'many' || changes.issued) unknown.clear();
      if (changes === 'many') known.clear();
      else forgetKeys(known, new Set(changes.keys));
    },
  };
}

// Looked for among all of them: keys change seldom, and an index by id would cost every new entry more than this costs a change.
function forgetKeys(known: LRUCache<string, KeyFacts>, ids: ReadonlySet<string>): void {
  for (const [digest, key] of [...known.entries()]) if (ids.has(key.id)) known.delete(digest);
}

function sameDigest(known: string | null, given: string): boolean {
  const [a, b] = [Buffer.from(known ?? '', 'hex'), Buffer.from(given, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}
