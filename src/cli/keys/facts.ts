import { fingerprintOf, healthOf, type Key } from '../../domain/key.ts';

/** What is told of a key: everything but its material, digest and places. */
export function factsOf(key: Key) {
  const { id, slug, version, class: keyClass, provider, service, environment, owner, escalation, scopes, state } = key;
  return {
    id,
    slug,
    version,
    class: keyClass,
    provider,
    service,
    environment,
    owner,
    escalation,
    scopes,
    state,
    health: healthOf(key, new Date()),
    fingerprint: fingerprintOf(key),
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    proved_dead_at: key.provedDeadAt?.toISOString() ?? null,
  };
}

/** `2027-05-20 14:03`, in UTC. */
export function minuteOf(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}
