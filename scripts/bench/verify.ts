import Database from 'better-sqlite3';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { openVerifier } from '../../src/providers/verify-cache.ts';
import { materialOf } from './make-ledger.ts';
import { type Compared, compare, microsecondsOf } from './measure.ts';

export const pepper = openPepper('bench', Buffer.alloc(32, 7));

const HOT = 5_000;
const COLD = 40_000;

/**
 * `verify` from the key's material to the answer, against one prepared SELECT by a digest that somebody has computed already. `cached`: keys
 * that were asked for within the minute; `uncached`: more keys than are remembered, so that every one of them is read.
 */
export async function benchVerify(
  file: string,
  { keys, rounds }: { keys: number; rounds: number },
): Promise<{ cached: Compared; uncached: Compared }> {
  const now = new Date();
  const ledger = await openLedger({ file, now: () => now });
  const { verify } = openVerifier(ledger, pepper, () => now);
  const sqlite = new Database(file, { readonly: true });
  const select = sqlite.prepare(
    'select id, slug, version, class, service, environment, owner, scopes, rate_limit, state, expires_at, grace_ends_at, digest from keys where digest = ?',
  );
  // Spread over the whole table: neighbours would be found on one page.
  const step = Math.max(1, Math.floor(keys / COLD));
  const materials = Array.from({ length: Math.min(keys, COLD) }, (_, i) => materialOf(i * step));
  const digests = materials.map((material) => pepper.digestOf(material));
  const bare = (of: number) => () => microsecondsOf(COLD, (i) => void select.get(digests[i % of]));
  const ours = (of: number) => () => microsecondsOf(COLD, (i) => void verify(materials[i % of] ?? ''));
  const cached = await compare(rounds, bare(HOT), ours(HOT));
  const uncached = await compare(rounds, bare(materials.length), ours(materials.length));
  sqlite.close();
  await ledger.close();
  return { cached, uncached };
}
