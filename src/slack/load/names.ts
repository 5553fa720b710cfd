import type { Actor, KeyId } from '../../domain/ids.ts';
import { personOf } from '../../domain/ids.ts';
import { nameOf } from '../../domain/key.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Sources } from '../deps.ts';

export type NameOf = (person: string) => string;

/** People as policy.yaml calls them. Without a readable policy they keep their ids: a message is worth more than a pretty name. */
export async function displayNames({ policy }: Pick<Sources, 'policy'>): Promise<NameOf> {
  const people = await policy().then(
    (loaded) => loaded.policy.people,
    () => ({}),
  );
  const named = new Map(Object.entries(people).map(([id, person]) => [id, person.name ?? id]));
  return (person) => named.get(person) ?? person;
}

/** `Alice`, `the hook payments_api`, `Rekey`. */
export function actorText(actor: Actor, name: NameOf): string {
  const person = personOf(actor);
  if (person !== null) return name(person);
  const [kind, rest = ''] = actor.split(/:(.*)/s);
  return kind === 'system' ? 'Rekey' : `the ${kind} ${rest}`;
}

/** Whom a notice is for: `Carol`, `caller payments-worker`. */
export function recipientText(recipient: string, name: NameOf): string {
  const [kind = '', rest = ''] = recipient.split(/:(.*)/s);
  return kind === 'person' ? name(rest) : `${kind} ${rest}`;
}

export async function keyName(ledger: LedgerReader, id: KeyId | null): Promise<string | null> {
  const key = id === null ? null : await ledger.key(id);
  return key === null ? null : nameOf(key);
}
