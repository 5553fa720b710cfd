import { type Key, nameOf } from '../../domain/key.ts';
import { isAccepted, isAdministrator, othersLike, rotatesItself } from '../../domain/lock-out.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

type Administrators = Pick<LedgerReader, 'administrators'>;

/** `rotate`: the old key goes before the new one is there, as in the mode `exploited`. */
export type TakingAway = 'revoke' | 'suspend' | 'rotate';

/**
 * Refusal `last_admin_key` when nobody could administer the key's provider any more. Ask it inside the recording transaction: of two
 * administrators that are taken away at once, the second has to stay.
 */
export async function assertNotLastAdmin(read: Administrators, key: Key, now: Date, doing: TakingAway): Promise<void> {
  // What its provider refuses already can be taken away: it administers nothing.
  if (!isAdministrator(key) || !isAccepted(key, now)) return;
  const { live } = othersLike(key, await read.administrators(key.administers), now);
  if (live.length > 0) return;
  throw new Refusal(
    'last_admin_key',
    `${nameOf(key)} is the last live admin key of ${key.administers}: without it Rekey can neither rotate nor revoke the keys there. ${ADVICE[doing]}`,
  );
}

const SECOND_FIRST = 'Register a second admin key of that provider with its value first';

const ADVICE: Readonly<Record<TakingAway, string>> = {
  revoke: `${SECOND_FIRST}, or rotate this one: its replacement is proved before it goes.`,
  suspend: `${SECOND_FIRST}, or rotate this one: its replacement is proved before it goes.`,
  rotate: `${SECOND_FIRST}, or rotate it as suspected: then the new one is there and proved before the old one goes.`,
};

/** A connector never rotates the key that it calls with, unless a second one was proved to work: a failure half-way would lock Rekey out. */
export async function assertNotItsOwnCredential(read: Administrators, key: Key, now: Date): Promise<void> {
  if (!rotatesItself(key)) return;
  const { proven } = othersLike(key, await read.administrators(key.administers), now);
  if (proven.length > 0) return;
  throw new Refusal(
    'last_admin_key',
    `Rekey administers ${key.provider} with ${nameOf(key)} itself, and no other admin key of ${key.provider} was proved to work: a failure half-way would lock it out. ${SECOND_FIRST} and prove it, then ask again.`,
  );
}
