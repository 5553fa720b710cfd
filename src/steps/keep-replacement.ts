import { keptBecause } from '../domain/kept.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import type { StepContext } from './contract.ts';

/**
 * Throws when taking `replacement` back would help nobody: it is in use and proved to work, and the key that it replaced can no longer be
 * used. The undo is then recorded and shown as not done, for that is what happened.
 */
export async function assertWorthTakingBack(replacement: Key, { ledger, now }: StepContext): Promise<void> {
  const works = replacement.state === 'active' && replacement.provedLiveAt !== null && !isOver(replacement, now());
  if (!works || replacement.predecessor === null) return;
  const replaced = await ledger.key(replacement.predecessor);
  if (replaced === null || !isOver(replaced, now())) return;
  throw new PermanentFailure(
    keptBecause(`${nameOf(replacement)} is in use and proved to work, and ${nameOf(replaced)} can no longer be used.`),
  );
}

export function isOver(key: Key, now: Date): boolean {
  return key.state === 'expired' || key.state === 'revoked' || (key.expiresAt !== null && key.expiresAt <= now);
}
