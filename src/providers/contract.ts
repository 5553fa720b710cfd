import type { Key } from '../domain/key.ts';
import type { Secret } from '../secret.ts';

/** What a provider can do; a runbook branch that needs more is refused before it starts. */
export interface Capabilities {
  /** Who makes the key material: the provider, or Rekey. */
  custody: 'provider' | 'rekey';
  /** Old and new may be valid at the same time. */
  overlap: boolean;
  revokeNow: boolean;
  suspend: boolean;
  /** Worst time from revoking to every verifier refusing the key, in milliseconds. */
  enforcementDelayMs: number;
}

export type Verdict = 'accepted' | 'rejected' | 'unreachable';

/** One look at whether a key works, made where the key is really used when it has a probe URL. */
export interface Probe {
  verdict: Verdict;
  /** What was asked and what came back, in one line that people read: `GET http://127.0.0.1:7010/v1/ping → 401`. */
  how: string;
  at: Date;
}

export interface IssuedMaterial {
  secret: Secret;
  externalRef: string;
  digest: string;
  pepperId: string;
  last4: string;
  /** When it really ends, if that is sooner than what was asked: a JWT never outlives the key that signed it. */
  expiresAt?: Date;
}

/** One key as its provider knows it. */
export interface ListedKey {
  externalRef: string;
  /** null: it has no end. */
  expiresAt: Date | null;
  /** Whether it would be accepted now. */
  isAccepted: boolean;
}

/** A system that issues keys. Every call is safe to repeat with the same token. */
export interface Provider {
  name: string;
  capabilities: Capabilities;
  /** The admin access that containment needs: is it there, and is the credential alive? */
  probeAdmin: (signal: AbortSignal) => Promise<{ available: boolean; how: string }>;
  /** Mints a replacement. `token` is fixed before the effect: calling again with it never makes a second live key. */
  create: (request: {
    token: string;
    replaces: Key;
    scopes: string[];
    expiresAt: Date;
    signal: AbortSignal;
  }) => Promise<IssuedMaterial>;
  /** Does this key work right now? With `secret` the key itself is tried; without, the provider is asked about its record. */
  probe: (key: Key, secret: Secret | null, signal: AbortSignal) => Promise<Probe>;
  /** Makes the provider refuse this key for good. Idempotent. For the ledger provider the ledger change itself does it. */
  revoke: (key: Key, signal: AbortSignal) => Promise<void>;
  /**
   * Makes the provider refuse this key until `reinstate`. Both are idempotent, and there when `capabilities.suspend` is true. For the ledger
   * provider the ledger change itself does it.
   */
  suspend?: (key: Key) => Promise<void>;
  reinstate?: (key: Key) => Promise<void>;
  /** Drops what the provider's own verifiers remember of this key. Idempotent. Without it what they remember runs out by itself. */
  clearCache?: (key: Key, signal: AbortSignal) => Promise<void>;
  /** How long, at worst, a verifier may still go by what this key was before now; without it `capabilities.enforcementDelayMs`. */
  enforcementDelay?: (key: Key) => Promise<number>;
  /** What the provider itself knows of its keys, in any order; without it the provider cannot be asked. */
  list?: (asked: { expiringBefore: Date | null; signal: AbortSignal }) => AsyncIterable<ListedKey>;
  /** True when `secret` is this key's material. */
  matches: (key: Key, secret: Secret) => boolean;
}
