import { instantText } from '../domain/instant.ts';
import { fingerprintOf, type Key, nameOf } from '../domain/key.ts';

/** `payments-prod v3 of payments in production (fingerprint 7f3a2b000000)`: which key, for people who have several. */
export function describedKey(key: Key): string {
  return `${nameOf(key)} of ${key.service} in ${key.environment} (fingerprint ${fingerprintOf(key)})`;
}

/** What became of a key, in one sentence. */
export function whichKey(key: Key, now: Date): string {
  const which = describedKey(key);
  if (key.compromisedAt !== null) return `${which} was compromised and must not be used.`;
  if (key.state === 'revoked' && key.revokedAt !== null)
    return `${which} was revoked at ${instantText(key.revokedAt)}.`;
  if (key.expiresAt === null) return `${which} failed.`;
  return key.expiresAt <= now
    ? `${which} expired at ${instantText(key.expiresAt)}.`
    : `${which} is being replaced; it would expire at ${instantText(key.expiresAt)}.`;
}

/** Whether there is a replacement, and since when and until when it can be used. */
export function replacementAvailable(replacement: Key | null): string {
  if (replacement === null) return 'There is no replacement yet; you will be told when there is one.';
  if (replacement.activatedAt === null)
    return `${nameOf(replacement)} is made and not delivered yet; you will be told when it is.`;
  const until = replacement.expiresAt === null ? '' : `, valid until ${instantText(replacement.expiresAt)}`;
  const where = replacement.delivery === null ? '' : ', where its callers read it';
  return `${nameOf(replacement)} is available since ${instantText(replacement.activatedAt)}${where}${until}.`;
}
