import type { Key } from '../domain/key.ts';

export type KeyStatus = 'valid' | 'not_found' | 'pending' | 'retiring' | 'suspended' | 'expired' | 'revoked';

export interface KeyVerdict {
  status: KeyStatus;
  /** For `retiring`: until when it still works. ISO-8601. */
  until?: string;
}

/** May this key be used at `now`? The clock decides about expiry, whatever the stored state says. */
export function verdictOn(key: Pick<Key, 'state' | 'expiresAt' | 'graceEndsAt'> | null, now: Date): KeyVerdict {
  if (key === null) return { status: 'not_found' };
  if (key.state === 'revoked') return { status: 'revoked' };
  if (key.state === 'expired' || (key.expiresAt !== null && key.expiresAt <= now)) return { status: 'expired' };
  if (key.state === 'active') return { status: 'valid' };
  if (key.state !== 'retiring') return { status: key.state };
  // Grace is a time box: after it only the replacement is accepted, also while people still discuss the revoking.
  if (key.graceEndsAt === null || key.graceEndsAt <= now) return { status: 'expired' };
  return { status: 'retiring', until: key.graceEndsAt.toISOString() };
}

/** A key that is being replaced works until its time is over. */
export function isUsable({ status }: KeyVerdict): boolean {
  return status === 'valid' || status === 'retiring';
}
