import type { LedgerDb } from './open.ts';

/** What a name is found by besides its beginning: each later word of it with everything behind, as migration 0004 wrote it for older keys. */
export function wordsOf(slug: string): string[] {
  const words: string[] = [];
  const rest = slug.replace(/[._]/g, '-');
  for (let at = rest.indexOf('-'); at >= 0; at = rest.indexOf('-', at + 1)) words.push(rest.slice(at + 1));
  return [...new Set(words.filter((word) => word !== ''))];
}

/** Versions share their name, so it is there already for all but the first. */
export async function rememberWords(tx: LedgerDb, slug: string): Promise<void> {
  const rows = wordsOf(slug).map((word) => ({ word, slug }));
  if (rows.length === 0) return;
  await tx
    .insertInto('key_words')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
