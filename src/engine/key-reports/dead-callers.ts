import type { Key } from '../../domain/key.ts';
import type { DeadKeyUse, LedgerReader } from '../../ledger/reader.ts';

/** Who still calls with keys that are dead, the latest call first, with the key. */
export async function deadCallers(
  read: Pick<LedgerReader, 'usesOfDeadKeys' | 'key'>,
  since: Date,
): Promise<(Omit<DeadKeyUse, 'key'> & { key: Key })[]> {
  const found = [];
  for (const use of await read.usesOfDeadKeys(since)) {
    const key = await read.key(use.key);
    if (key !== null) found.push({ ...use, key });
  }
  return found;
}
