import type { KeyId, SecretId } from '../domain/ids.ts';
import type { SealedSecret } from '../domain/incident.ts';
import type { Secret } from '../secret.ts';

/** Envelope encryption under the master key; see seal.ts. */
export interface Vault {
  /** AES-256-GCM with a fresh data key, wrapped by the master key; the ids and the purpose are authenticated with it. */
  seal: (secret: Secret, as: { id: SecretId; key: KeyId; purpose: SealedSecret['purpose']; now: Date }) => SealedSecret;
  /** Throws PermanentFailure when the envelope was consumed, altered or belongs to other ids. */
  open: (sealed: SealedSecret) => Secret;
}

/** A vault that tells which master keys it has, by their ids. */
export interface KeyedVault extends Vault {
  masterKeys: () => { current: string; older: readonly string[] };
}

/** Which master key an envelope was sealed under; null for what is no envelope. */
export function masterKeyIn(envelope: string): string | null {
  return /^v1\.([^.]*)\./.exec(envelope)?.[1] ?? null;
}
