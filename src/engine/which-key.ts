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
  const slugs = await slugsNear(read, slug);
  const near = [didYouMean(slug, slugs), ...slugs.filter((one) => one.startsWith(slug))]
    .filter((one) => one !== null)
    .slice(0, 3);
  const hint =
    near.length > 0
      ? `Did you mean ${[...new Set(near)].join(', ')}?`
      : 'The form that /rotate-key opens lists them, and so does `rekey keys list`.';
  throw new Refusal('unknown_key', `There is no key "${echoOf(slug)}" in the ledger. ${hint}`);
}

const ENOUGH = 1_000;

/** All names of a small ledger; of a large one those that begin alike, because a refusal must not cost a look at every key. */
async function slugsNear(read: LedgerReader, slug: string): Promise<string[]> {
  const first = await read.keys({ limit: ENOUGH });
  const alike = first.length < ENOUGH ? [] : await read.keys({ after: slug.slice(0, 2), limit: ENOUGH });
  return [...new Set([...first, ...alike].map((one) => one.slug))];
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
