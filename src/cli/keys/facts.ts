import { fingerprintOf, healthOf, type Key } from '../../domain/key.ts';

/** What is told of a key: everything but its material, digest and places. */
export function factsOf(key: Key) {
  const { runbook, secretRef, rateLimit, administers, revokedAt, provedDeadAt, suspendedAt, graceEndsAt } = key;
  return {
    id: key.id,
    ...rowOf(key),
    provider: key.provider,
    escalation: key.escalation,
    scopes: key.scopes,
    runbook,
    secret_ref: secretRef,
    rate_limit: rateLimit,
    administers,
    fingerprint: fingerprintOf(key),
    suspended_at: suspendedAt?.toISOString() ?? null,
    grace_ends_at: graceEndsAt?.toISOString() ?? null,
    revoked_at: revokedAt?.toISOString() ?? null,
    proved_dead_at: provedDeadAt?.toISOString() ?? null,
  };
}

/** What a report says of each key; nothing in it is derived from its material. */
export function rowOf(key: Key) {
  const { slug, version, service, environment, owner, state } = key;
  return {
    slug,
    version,
    class: key.class,
    service,
    environment,
    owner,
    state,
    health: healthOf(key, new Date()),
    expires_at: key.expiresAt?.toISOString() ?? null,
  };
}

/** `2027-05-20 14:03`, in UTC. */
export function minuteOf(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}
