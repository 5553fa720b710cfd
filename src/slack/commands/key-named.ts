import type { PersonId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { assertMay, type Verb } from '../../domain/policy.ts';
import { isInReach, reachOf } from '../../domain/reach.ts';
import { findKey, keysNear, unknownKey } from '../../engine/which-key.ts';
import { Refusal } from '../../errors.ts';
import type { Desk, Moment } from '../moment.ts';

type Asking = Pick<Desk, 'ledger' | 'policy'>;

/**
 * The key that somebody names, if they may do that with it: by its name (phones begin words with a capital letter), id, public id or
 * fingerprint. Refusals `unknown_key` with near names that this person may read, `not_allowed`.
 */
export async function keyNamed(
  name: string,
  verb: Verb,
  { moment, desk }: { moment: Pick<Moment, 'person' | 'origin'>; desk: Asking },
): Promise<Key> {
  const key = await keyOrNull(name, desk);
  if (key === null)
    throw unknownKey(
      name,
      (await readableNear(name, moment.person, desk)).map(({ slug }) => slug),
    );
  assertMay((await desk.policy()).policy, verb, { actor: moment.origin.actor, subject: key });
  return key;
}

export async function keyOrNull(name: string, { ledger }: Pick<Desk, 'ledger'>): Promise<Key | null> {
  const known = (await ledger.keyBySlug(name)) ?? (await ledger.keyBySlug(name.toLowerCase()));
  if (known !== null) return known;
  try {
    return await findKey(ledger, name);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unknown_key') return null;
    throw error;
  }
}

/** What was probably meant, of the keys that this person may read: a refusal names no others. */
export async function readableNear(name: string, person: PersonId, { ledger, policy }: Asking): Promise<Key[]> {
  const reach = reachOf((await policy()).policy, 'read', person);
  return keysNear(ledger, name.toLowerCase(), (key) => isInReach(reach, key));
}
