import type { Digest, DigestItem, DigestNote } from '../../domain/digest/digest.ts';
import { isInReach, type Reach } from '../../domain/reach.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

/** What of a digest that was made for everybody is for somebody who may read these keys. */
export async function readableOf(digest: Digest, reach: Reach, read: LedgerReader): Promise<Digest> {
  if (reach.kind === 'all') return digest;
  const items: DigestItem[] = [];
  for (const item of digest.items) {
    const key = await read.key(item.key);
    if (key !== null && isInReach(reach, key)) items.push(item);
  }
  const notes: DigestNote[] = [];
  for (const note of digest.notes) if (await isNoteInReach(note, reach, read)) notes.push(note);
  return { ...digest, items, keys: items.length, notes };
}

export async function isNoteInReach({ key: id }: DigestNote, reach: Reach, read: LedgerReader): Promise<boolean> {
  if (reach.kind === 'all') return true;
  const key = id === null ? null : await read.key(id);
  return key !== null && isInReach(reach, key);
}
