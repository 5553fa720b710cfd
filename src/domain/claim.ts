import type { Actor, ClaimId, KeyId, RunId, SecretId } from './ids.ts';

/** How a claimed secret left Rekey. */
export type ClaimedBy = 'terminal' | 'file' | 'age' | 'page' | 'response';

/**
 * An offer of one sealed secret to whoever holds the claim's token: 15 minutes, one read. The key is not active before it was claimed, so an
 * offer that nobody took harms nobody.
 */
export interface Claim {
  id: ClaimId;
  secret: SecretId;
  key: KeyId;
  /** The run that waits for it; null for a key that was generated outside of a run. */
  run: RunId | null;
  /** SHA-256 of the token, hex: the ledger alone opens nothing. */
  tokenHash: string;
  /** Who may take it: `person:carol`, `group:payments` or `token:ci-deployer`. */
  recipient: string;
  offeredBy: Actor;
  createdAt: Date;
  expiresAt: Date;
  takenAt: Date | null;
  takenBy: Actor | null;
  takenHow: ClaimedBy | null;
  /** How often somebody tried again after it was taken; each time is an alarm. */
  refusals: number;
}

export const CLAIM_LASTS_MS = 15 * 60_000;
