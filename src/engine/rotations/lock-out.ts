import { type Key, nameOf } from '../../domain/key.ts';
import {
  assertNotLast,
  isAdministrator,
  othersLike,
  rotatesItself,
  SECOND_ADMIN_FIRST,
  type TakingAway,
} from '../../domain/lock-out.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

type Administrators = Pick<LedgerReader, 'administrators'>;

/**
 * Refusal `last_admin_key` when nobody could administer the key's provider any more. Ask it inside the recording transaction: of two
 * administrators that are taken away at once, the second has to stay.
 */
export async function assertNotLastAdmin(read: Administrators, key: Key, now: Date, doing: TakingAway): Promise<void> {
  if (isAdministrator(key)) assertNotLast(key, await read.administrators(key.administers), { now, doing });
}

/** A connector never rotates the key that it calls with, unless a second one was proved to work: a failure half-way would lock Rekey out. */
export async function assertNotItsOwnCredential(read: Administrators, key: Key, now: Date): Promise<void> {
  if (!rotatesItself(key)) return;
  const { proven } = othersLike(key, await read.administrators(key.administers), now);
  if (proven.length > 0) return;
  throw new Refusal(
    'last_admin_key',
    `Rekey administers ${key.provider} with ${nameOf(key)} itself, and no other admin key of ${key.provider} was proved to work: a failure half-way would lock it out. ${SECOND_ADMIN_FIRST} and prove it, then ask again.`,
  );
}
