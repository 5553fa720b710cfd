import type { KeyId } from '../domain/ids.ts';
import { assertMay } from '../domain/policy.ts';
import { Refusal } from '../errors.ts';
import type { Desk, Moment } from './moment.ts';

const NOBODY = { owner: null, escalation: null };

/** What is about a key is for those who may read that key; what is about none, for those who may read every key. */
export async function assertMayReadKeyOf(
  { key: id }: { key: KeyId | null },
  { origin }: Pick<Moment, 'origin'>,
  { policy, ledger }: Pick<Desk, 'policy' | 'ledger'>,
): Promise<void> {
  const key = id === null ? null : await ledger.key(id);
  assertMay((await policy()).policy, 'read', { actor: origin.actor, subject: key ?? NOBODY });
}

export async function isReadable(...asked: Parameters<typeof assertMayReadKeyOf>): Promise<boolean> {
  try {
    await assertMayReadKeyOf(...asked);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_allowed') return false;
    throw error;
  }
}
