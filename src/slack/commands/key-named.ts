import type { Key } from '../../domain/key.ts';
import { keyBySlugOrRefuse } from '../../engine/which-key.ts';
import type { Desk } from '../moment.ts';

/** Phones begin words with a capital letter. */
export async function keyNamed(slug: string, { ledger }: Desk): Promise<Key> {
  return (await ledger.keyBySlug(slug)) ?? keyBySlugOrRefuse(ledger, slug.toLowerCase());
}
