import { type PersonId, personOf } from '../../domain/ids.ts';
import type { Rekey } from '../with-rekey.ts';

/** Whom the account of this terminal stands for. */
export function personHere({ actor }: Pick<Rekey, 'actor'>): PersonId {
  const person = personOf(actor);
  if (person === null) throw new Error(`${actor} types on a terminal and is no person.`);
  return person;
}
