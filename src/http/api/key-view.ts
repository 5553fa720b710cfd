import { z } from 'zod';
import { fingerprintOf, healthOf, type Key, KeyState } from '../../domain/key.ts';
import { Class, iso, When } from './fields.ts';

export const KeyView = z
  .object({
    id: z.string(),
    slug: z.string(),
    version: z.int(),
    class: Class,
    provider: z.string(),
    service: z.string(),
    environment: z.string(),
    owner: z.string().nullable(),
    escalation: z.string().nullable(),
    runbook: z.string().nullable(),
    secret_ref: z.string().nullable().describe('Where people keep the value; never the value.'),
    administers: z.string().nullable(),
    scopes: z.array(z.string()),
    rate_limit: z.int().nullable().describe('Calls per second.'),
    place: z.object({ sink: z.string(), target: z.string() }).nullable().describe('Where callers read it from.'),
    probe_url: z.string().nullable(),
    api_key_prefix: z.string().nullable().describe('How the key begins; safe to show.'),
    fingerprint: z.string(),
    last4: z.string().nullable(),
    state: KeyState,
    health: z.enum(['revoked', 'expired', 'expiring', 'healthy']),
    created_at: When,
    activated_at: When.nullable(),
    expires_at: When.nullable(),
    grace_ends_at: When.nullable().describe('Until when a version that is being replaced is accepted.'),
    suspended_at: When.nullable(),
    revoked_at: When.nullable(),
    compromised_at: When.nullable(),
    proved_dead_at: When.nullable().describe('When a real call with it was seen to be rejected.'),
    predecessor: z.string().nullable(),
  })
  .meta({ id: 'Key', description: 'One version of one key: everything but its material and its digest.' });

export function keyView(key: Key, now: Date): z.input<typeof KeyView> {
  return {
    id: key.id,
    slug: key.slug,
    version: key.version,
    class: key.class,
    provider: key.provider,
    service: key.service,
    environment: key.environment,
    owner: key.owner,
    escalation: key.escalation,
    runbook: key.runbook,
    secret_ref: key.secretRef,
    administers: key.administers,
    scopes: key.scopes,
    rate_limit: key.rateLimit,
    place: key.delivery,
    probe_url: key.probeUrl,
    api_key_prefix: prefixOf(key),
    fingerprint: fingerprintOf(key),
    last4: key.last4,
    state: key.state,
    health: healthOf(key, now),
    created_at: key.createdAt.toISOString(),
    activated_at: iso(key.activatedAt),
    expires_at: iso(key.expiresAt),
    grace_ends_at: iso(key.graceEndsAt),
    suspended_at: iso(key.suspendedAt),
    revoked_at: iso(key.revokedAt),
    compromised_at: iso(key.compromisedAt),
    proved_dead_at: iso(key.provedDeadAt),
    predecessor: key.predecessor,
  };
}

/** `rekey_live_` and the public id of a key that Rekey issued; null for keys that have no such beginning. */
export function prefixOf({ provider, externalRef, environment, publicJwk, claims }: Key): string | null {
  if (provider !== 'ledger' || externalRef === null || publicJwk !== null || claims !== null) return null;
  return `rekey_${environment === 'production' ? 'live' : 'test'}_${externalRef}`;
}
