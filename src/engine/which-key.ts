import { KeyId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { didYouMean } from '../runbook/suggest.ts';
import { scrub } from '../scrub.ts';

// No slug is longer; what is longer is something else, and none of it belongs into an answer.
const LONGEST_ECHO = 63;

/** The key that people mean by a slug; an unknown one is refused with the nearest names. */
export async function keyBySlugOrRefuse(read: LedgerReader, slug: string): Promise<Key> {
  const key = await read.keyBySlug(slug);
  if (key !== null) return key;
  throw unknownKey(
    slug,
    (await keysNear(read, slug)).map((near) => near.slug),
  );
}

export function unknownKey(slug: string, near: readonly string[]): Refusal {
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : '/keys list shows them, and so does `rekey keys list` on a terminal.';
  return new Refusal('unknown_key', `There is no key "${echoOf(slug)}" in the ledger. ${hint}`);
}

const MOST_NEAR = 3;

/** Keys whose name is nearly that one or begins so, the nearest first; of those that `mayBeNamed` to whoever asked. */
export async function keysNear(
  read: Pick<LedgerReader, 'keys'>,
  slug: string,
  mayBeNamed: (key: Key) => boolean = () => true,
): Promise<Key[]> {
  const keys = (await keysAround(read, slug)).filter(mayBeNamed);
  const meant = didYouMean(
    slug,
    keys.map((one) => one.slug),
  );
  const near = [...keys.filter((one) => one.slug === meant), ...keys.filter((one) => one.slug.startsWith(slug))];
  return [...new Map(near.map((one) => [one.slug, one])).values()].slice(0, MOST_NEAR);
}

const ENOUGH = 1_000;

/** All keys of a small ledger; of a large one those that begin alike, because a refusal must not cost a look at every key. */
async function keysAround(read: Pick<LedgerReader, 'keys'>, slug: string): Promise<Key[]> {
  const first = await read.keys({ limit: ENOUGH });
  const alike = first.length < ENOUGH ? [] : await read.keys({ after: slug.slice(0, 2), limit: ENOUGH });
  return [...first, ...alike];
}

function echoOf(name: string): string {
  const clean = scrub(name);
  return clean.length > LONGEST_ECHO ? `${clean.slice(0, LONGEST_ECHO)}…` : clean;
}

/** The key that a machine means: an id, a public id, a fingerprint or a slug, whatever the sender knows. */
export async function findKey(read: LedgerReader, name: string): Promise<Key> {
  const found =
    (await read.key(KeyId.parse(name))) ??
    (await read.keyByExternalRef('ledger', name)) ??
    (await read.keyByFingerprint(name));
  return found ?? keyBySlugOrRefuse(read, name);
}
