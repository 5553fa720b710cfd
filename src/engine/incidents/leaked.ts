import type { Key } from '../../domain/key.ts';
import type { Secret } from '../../secret.ts';
import type { IncidentsDeps } from './deps.ts';

/** Compared by digest, as the verifier does it: what was pasted is in memory for as long as this takes, and nowhere else. */
export async function keysOf(deps: IncidentsDeps, material: readonly Secret[]): Promise<Key[]> {
  const found = new Map<string, Key>();
  for (const secret of material) {
    const key = await deps.ledger.read.keyByDigest(deps.pepper.digestOf(secret.reveal()));
    if (key !== null) found.set(key.id, key);
  }
  return [...found.values()];
}
