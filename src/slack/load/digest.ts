import { type DigestHead, type DigestItem, readPartSubject } from '../../domain/digest/digest.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Sources } from '../deps.ts';
import type { DigestPart } from '../views/digest.ts';
import { loadDigestRows } from './digest-rows.ts';

/** One message of a digest, with every key as it is now. */
export async function loadDigest(sources: Sources, subject: string): Promise<DigestPart | null> {
  const read = readPartSubject(subject);
  const head = read === null ? null : await sources.ledger.digestHead(read.digest);
  if (read === null || head === null) return null;
  const { part, person } = read;
  const items = await sources.ledger.digestItems(head.id, { part, person });
  return partOf(head, items, { part, person, sources });
}

/** What a person is shown of a digest that nobody has posted: its first keys. */
export async function loadPreview(
  sources: Sources,
  { items, ...head }: DigestHead & { items: readonly DigestItem[] },
): Promise<DigestPart> {
  const shown = await partOf(
    head,
    items.filter(({ part }) => part === 1),
    { part: 1, person: null, sources },
  );
  return { ...shown, callChannel: false, rows: shown.rows.map((row) => ({ ...row, call: [] })) };
}

async function partOf(
  head: DigestHead,
  items: readonly DigestItem[],
  { part, person, sources }: { part: number; person: PersonId | null; sources: Sources },
): Promise<DigestPart> {
  const alone = person !== null;
  const parts = alone ? await partsFor(head, { person, sources }) : head.parts;
  return {
    id: head.id,
    day: head.day,
    kind: head.kind,
    part,
    parts,
    alone,
    callChannel: !alone && part === 1 && head.mentionChannel,
    rows: await loadDigestRows(sources, items, { calls: !alone }),
    notes: !alone && part === parts ? head.notes : [],
    more: head.more,
  };
}

async function partsFor(
  { id }: DigestHead,
  { person, sources }: { person: PersonId; sources: Sources },
): Promise<number> {
  const digest = await sources.ledger.digest(id);
  const theirs = digest?.items.flatMap(({ direct }) => direct.filter((one) => one.person === person)) ?? [];
  return Math.max(1, ...theirs.map(({ part }) => part));
}
