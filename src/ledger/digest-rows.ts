import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import type { ExpiryClaim } from '../domain/digest/claim.ts';
import {
  type DigestHead,
  type DigestItem,
  DigestKind,
  DigestNote,
  Direct,
  Left,
  Section,
  WeekFigures,
} from '../domain/digest/digest.ts';
import type { UnusedMark } from '../domain/digest/unused.ts';
import { KeyId, PersonId } from '../domain/ids.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import type { DigestItemsTable, DigestsTable, ExpiryClaimsTable, UnusedMarksTable } from './schema/digests.ts';

const People = z.array(PersonId);
const Outcome = z.enum(['done', 'let_go', 'released']);
const Lacks = z.array(z.enum(['owner', 'expiry']));

export function digestToRow(head: DigestHead): Insertable<DigestsTable> {
  return {
    id: head.id,
    day: head.day,
    kind: head.kind,
    due_at: stored(head.dueAt),
    ran_at: stored(head.ranAt),
    channel: head.channel,
    parts: head.parts,
    keys: head.keys,
    more: jsonText(head.more),
    notes: jsonText(head.notes),
    figures: head.figures === null ? null : jsonText(head.figures),
    mention_channel: Number(head.mentionChannel),
  };
}

export function headFromRow(row: Selectable<DigestsTable>): DigestHead {
  return {
    id: row.id,
    day: row.day,
    kind: DigestKind.parse(row.kind),
    dueAt: instant(row.due_at),
    ranAt: instant(row.ran_at),
    channel: row.channel,
    parts: row.parts,
    keys: row.keys,
    more: fromJson(z.array(Left), row.more),
    notes: fromJson(z.array(DigestNote), row.notes),
    figures: row.figures === null ? null : fromJson(WeekFigures, row.figures),
    mentionChannel: row.mention_channel === 1,
  };
}

export function itemToRow(
  item: DigestItem,
  { digest, position }: { digest: string; position: number },
): Insertable<DigestItemsTable> {
  return {
    digest_id: digest,
    key_id: item.key,
    position,
    part: item.part,
    section: item.section,
    owners: jsonText(item.owners),
    direct: jsonText(item.direct),
    note: item.note,
  };
}

export function itemFromRow(row: Selectable<DigestItemsTable>): DigestItem {
  return {
    key: KeyId.parse(row.key_id),
    section: Section.parse(row.section),
    part: row.part,
    owners: fromJson(People, row.owners),
    direct: fromJson(z.array(Direct), row.direct),
    note: row.note,
  };
}

export function claimToRow({ id, key, by, at, until, lacked, end }: ExpiryClaim): Insertable<ExpiryClaimsTable> {
  return {
    id,
    key_id: key,
    person: by,
    claimed_at: stored(at),
    until: stored(until),
    lacked: jsonText(lacked),
    outcome: end?.how ?? null,
    ended_at: stored(end?.at ?? null),
    why: end?.why ?? null,
  };
}

export function expiryClaimFromRow(row: Selectable<ExpiryClaimsTable>): ExpiryClaim {
  const end =
    row.outcome === null || row.ended_at === null
      ? null
      : { how: Outcome.parse(row.outcome), at: instant(row.ended_at), why: row.why ?? '' };
  return {
    id: row.id,
    key: KeyId.parse(row.key_id),
    by: PersonId.parse(row.person),
    at: instant(row.claimed_at),
    until: instant(row.until),
    lacked: fromJson(Lacks, row.lacked),
    end,
  };
}

export function markToRow({ id, key, by, reason, at, asked, answer }: UnusedMark): Insertable<UnusedMarksTable> {
  return {
    id,
    key_id: key,
    person: by,
    reason,
    asked: jsonText(asked),
    marked_at: stored(at),
    confirmed: answer === null ? null : Number(answer.confirmed),
    answered_by: answer?.by ?? null,
    answered_at: stored(answer?.at ?? null),
  };
}

export function markFromRow(row: Selectable<UnusedMarksTable>): UnusedMark {
  const { confirmed, answered_by: by, answered_at: at } = row;
  return {
    id: row.id,
    key: KeyId.parse(row.key_id),
    by: PersonId.parse(row.person),
    reason: row.reason,
    at: instant(row.marked_at),
    asked: fromJson(People, row.asked),
    answer:
      confirmed === null || by === null || at === null
        ? null
        : { confirmed: confirmed === 1, by: PersonId.parse(by), at: instant(at) },
  };
}
