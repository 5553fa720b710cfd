import type { Key } from './key.ts';

/** What has to be said of every new key; the rest of a Key is as it is at birth unless given. */
type Born = Pick<Key, 'id' | 'slug' | 'class' | 'provider' | 'service' | 'environment' | 'createdAt'> & Partial<Key>;

/** A key on its first day: version 1, pending, nothing proved, nothing known that was not said. */
export function newKey(born: Born): Key {
  return {
    version: 1,
    externalRef: null,
    owner: null,
    escalation: null,
    scopes: [],
    rateLimit: null,
    digest: null,
    pepperId: null,
    last4: null,
    predecessor: null,
    delivery: null,
    probeUrl: null,
    runbook: null,
    secretRef: null,
    administers: null,
    claims: null,
    publicJwk: null,
    state: 'pending',
    activatedAt: null,
    expiresAt: null,
    ...UNTOUCHED,
    ...born,
  };
}

/** The part of a key that its life writes: a successor starts without it. */
export const UNTOUCHED = {
  retiringAt: null,
  graceEndsAt: null,
  graceExtensions: 0,
  expiryExtensions: 0,
  suspendedAt: null,
  supersededAt: null,
  forgottenAt: null,
  quarantinedAt: null,
  compromisedAt: null,
  revokedAt: null,
  provedLiveAt: null,
  provedDeadAt: null,
  rowVersion: 1,
} as const satisfies Partial<Key>;
