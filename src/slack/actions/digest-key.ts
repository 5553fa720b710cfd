import { KeyId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { Desk } from '../moment.ts';

/** The key behind a button of a digest: the very version that the row showed. */
export async function digestKey(id: string, { ledger }: Pick<Desk, 'ledger'>): Promise<Key> {
  const key = await ledger.key(KeyId.parse(id));
  if (key !== null) return key;
  throw new Refusal('unknown_key', 'This button belongs to a key that the ledger does not know.');
}
