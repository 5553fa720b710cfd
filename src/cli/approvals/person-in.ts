import { type PersonId, personOf } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import type { Rekey } from '../with-rekey.ts';

/** The person behind a command; only people decide. */
export function personIn(actor: Rekey['actor']): PersonId {
  const person = personOf(actor);
  if (person === null) throw new Refusal('not_allowed', `${actor} is nobody who can decide.`);
  return person;
}
