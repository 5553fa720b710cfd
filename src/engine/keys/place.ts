import type { Delivery, Key } from '../../domain/key.ts';
import { Refusal, unrepeated } from '../../errors.ts';
import type { Sink } from '../../sinks/contract.ts';
import type { KeysDeps } from './deps.ts';

export function sinkOrRefuse({ sinks }: Pick<KeysDeps, 'sinks'>, delivery: Delivery): Sink {
  const sink = Object.hasOwn(sinks, delivery.sink) ? sinks[delivery.sink] : undefined;
  if (sink !== undefined) return sink;
  throw new Refusal(
    'unknown_sink',
    `There is no sink of that name (${unrepeated(delivery.sink)}) to deliver to. There ${Object.keys(sinks).length === 1 ? 'is' : 'are'}: ${Object.keys(sinks).join(', ') || 'none'}.`,
  );
}

/**
 * Refusal `place_taken` when something else is there: a new key overwrites nothing. What an attempt of this same key left there, which was
 * never activated, is no obstacle.
 */
export async function assertPlaceFree(
  deps: KeysDeps,
  { slug, id }: Pick<Key, 'slug'> & Partial<Pick<Key, 'id'>>,
  delivery: Delivery,
): Promise<void> {
  const sink = sinkOrRefuse(deps, delivery);
  await sink.check(delivery.target);
  const there = await sink.read(delivery.target);
  if (there === null) return;
  const known = await deps.ledger.read.keyByDigest(deps.pepper.digestOf(there.reveal()));
  if (known !== null && (known.id === id || isUnusedAttempt(known, slug))) return;
  throw new Refusal(
    'place_taken',
    `${delivery.target} already holds a secret, and a new key would overwrite it. Give the new key a place of its own, or rotate the key that is there.`,
  );
}

function isUnusedAttempt(known: Key, slug: string): boolean {
  return known.slug === slug && known.activatedAt === null;
}
