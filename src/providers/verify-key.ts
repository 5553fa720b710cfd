import type { Key } from '../domain/key.ts';

export type KeyStatus = 'valid' | 'not_found' | 'pending' | 'retiring' | 'suspended' | 'expired' | 'revoked';

export interface KeyVerdict {
  status: KeyStatus;
  /** For `retiring`: until when it still works. ISO-8601. */
  until?: string;
}

/** May this key be used at `now`? The clock decides about expiry, whatever the stored state says. */
export function verdictOn(key: Pick<Key, 'state' | 'expiresAt'> | null, now: Date): KeyVerdict {
  if (key === null) return { status: 'not_found' };
  if (key.state === 'revoked') return { status: 'revoked' };
  if (key.state === 'expired' || (key.expiresAt !== null && key.expiresAt <= now)) return { status: 'expired' };
  if (key.state === 'active') return { status: 'valid' };
  if (key.state === 'retiring' && key.expiresAt !== null)
    return { status: 'retiring', until: key.expiresAt.toISOString() };
  return { status: key.state };
}

/** A key that is being replaced works until its time is over. */
export function isUsable({ status }: KeyVerdict): boolean {
  return status === 'valid' || status === 'retiring';
}
