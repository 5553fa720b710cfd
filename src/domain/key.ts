import { z } from 'zod';
import { Refusal } from '../errors.ts';
import type { KeyId } from './ids.ts';
import type { JsonObject } from './run.ts';

export const KeyClass = z.enum([
  'api_key',
  'issuer_key',
  'federation_key',
  'passphrase',
  'jwt',
  'certificate',
  'database',
  'webhook_secret',
  'deploy_key',
  'embedded',
  'ephemeral',
]);
export type KeyClass = z.infer<typeof KeyClass>;

/** NIST SP 800-57 states under their everyday names; the table of synonyms is in docs/keys.md. */
export const KeyState = z.enum(['pending', 'active', 'retiring', 'suspended', 'expired', 'revoked']);
export type KeyState = z.infer<typeof KeyState>;

/** Where a caller reads this key from: a sink and its target (for the file sink, an absolute path). */
export const Delivery = z.strictObject({ sink: z.string(), target: z.string() });
export type Delivery = z.infer<typeof Delivery>;

/** One version of one key. `health` is computed (see healthOf) and never stored. Times are instants in UTC. */
export interface Key {
  id: KeyId;
  /** What people type. Versions of the same key share it. */
  slug: string;
  version: number;
  class: KeyClass;
  provider: string;
  /** The provider's own name for it; for the ledger provider the public id inside the key. */
  externalRef: string | null;
  service: string;
  environment: string;
  /** A person's or a group's name from policy.yaml (`carol`, `group:payments`). */
  owner: string | null;
  escalation: string | null;
  scopes: string[];
  rateLimit: number | null;
  /** HMAC-SHA256 under the pepper `pepperId`, hex. Null for keys whose material Rekey never sees. */
  digest: string | null;
  pepperId: string | null;
  last4: string | null;
  predecessor: KeyId | null;
  delivery: Delivery | null;
  /** A real endpoint that accepts or rejects this key; null means that only the provider can tell. */
  probeUrl: string | null;
  /** How people rotate it: a runbook's id or a link. Production keys of most classes have to have one. */
  runbook: string | null;
  /** Where people keep the value, as a reference that says nothing of it: `op://vault/item/field`, `vault:kv/payments#key`. */
  secretRef: string | null;
  /** The provider that can be administered with this key (`ledger`, `stoa-prod`); null for a key that only calls. */
  administers: string | null;
  /** What a JWT says besides the registered claims; null for every other class. */
  claims: JsonObject | null;
  /** The public half of a signing key as a JWK; its `kid` is this key's id. */
  publicJwk: JsonObject | null;
  state: KeyState;
  createdAt: Date;
  activatedAt: Date | null;
  expiresAt: Date | null;
  /** Since when a replacement is in use, and until when this version is accepted beside it. */
  retiringAt: Date | null;
  graceEndsAt: Date | null;
  graceExtensions: number;
  expiryExtensions: number;
  suspendedAt: Date | null;
  /** A newer version was activated then. */
  supersededAt: Date | null;
  /** Its digest, scopes and places were deleted after the time that the metadata of dead keys is kept. */
  forgottenAt: Date | null;
  quarantinedAt: Date | null;
  compromisedAt: Date | null;
  revokedAt: Date | null;
  provedLiveAt: Date | null;
  provedDeadAt: Date | null;
  /** Goes up with every change of this row; approvals are bound to it. */
  rowVersion: number;
}

export type Health = 'revoked' | 'expired' | 'expiring' | 'healthy';

const EXPIRING_WITHIN_MS = 7 * 24 * 3_600_000;

/** Seed 002's four words, asked in its order: revoked, expired, expiring (at most 7 × 24 h left), healthy. */
export function healthOf(key: Pick<Key, 'state' | 'expiresAt'>, now: Date): Health {
  if (key.state === 'revoked') return 'revoked';
  if (key.state === 'expired') return 'expired';
  if (key.expiresAt === null) return 'healthy';
  const leftMs = key.expiresAt.getTime() - now.getTime();
  if (leftMs <= 0) return 'expired';
  return leftMs <= EXPIRING_WITHIN_MS ? 'expiring' : 'healthy';
}

const NEXT: Record<KeyState, readonly KeyState[]> = {
  pending: ['active', 'expired', 'revoked'],
  active: ['retiring', 'suspended', 'expired', 'revoked'],
  // Back to active when a rotation is taken back before its point of no return.
  retiring: ['active', 'suspended', 'expired', 'revoked'],
  suspended: ['active', 'retiring', 'expired', 'revoked'],
  expired: ['revoked'],
  revoked: [],
};

/** The same table stands in the database as a trigger; this one gives the sentence. */
export function assertTransition(key: Pick<Key, 'slug' | 'version' | 'state'>, to: KeyState): void {
  if (NEXT[key.state].includes(to)) return;
  const allowed = NEXT[key.state].join(', ') || 'nothing: it is final';
  throw new Refusal(
    'illegal_transition',
    `${nameOf(key)} is ${key.state} and cannot become ${to}; from ${key.state} it can become ${allowed}.`,
  );
}

/** How people see a key: slug and version, `payments-prod v3`. */
export function nameOf(key: Pick<Key, 'slug' | 'version'>): string {
  return `${key.slug} v${key.version}`;
}

/** What is shown instead of key material: the first 12 hex digits of the keyed digest. */
export function fingerprintOf(key: Pick<Key, 'digest'>): string {
  return key.digest === null ? 'unknown' : key.digest.slice(0, 12);
}
