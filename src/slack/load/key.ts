import { fingerprintOf, healthOf, type Key, nameOf } from '../../domain/key.ts';
import type { Sources } from '../deps.ts';
import type { KeyCard } from '../views/key-card.ts';
import { displayNames } from './names.ts';

export async function loadKey(sources: Sources, key: Key): Promise<KeyCard> {
  const name = await displayNames(sources);
  const run = await sources.ledger.openRunOfKey(key.id);
  return {
    id: key.id,
    name: nameOf(key),
    health: healthOf(key, sources.now()),
    state: key.state,
    keyClass: key.class,
    provider: key.provider,
    service: key.service,
    environment: key.environment,
    owner: key.owner === null ? null : name(key.owner),
    fingerprint: fingerprintOf(key),
    expiresAt: key.expiresAt,
    revokedAt: key.revokedAt,
    provedDeadAt: key.provedDeadAt,
    run: run === null ? null : `${run.runbook.id} (${run.id})`,
  };
}
