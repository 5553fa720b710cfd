import type { Key } from '../../domain/key.ts';
import type { Run } from '../../domain/run.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

// A run is about one version; while it replaces that, its replacement may be the newest already.
const MOST_VERSIONS = 5;

/** The run that has this key in its hands, or another version of its name; null when nobody is at it. */
export async function openRunOfName(
  read: Pick<LedgerReader, 'openRunOfKey' | 'versionsOf'>,
  { id, slug }: Pick<Key, 'id' | 'slug'>,
): Promise<Run | null> {
  const own = await read.openRunOfKey(id);
  if (own !== null) return own;
  for (const version of (await read.versionsOf(slug)).slice(0, MOST_VERSIONS)) {
    const run = await read.openRunOfKey(version.id);
    if (run !== null) return run;
  }
  return null;
}
