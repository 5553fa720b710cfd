import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import type { GlassBreak } from '../domain/approval/break-glass.ts';
import { ApprovalId, IncidentId, PersonId, RunId } from '../domain/ids.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import type { GlassBreaksTable } from './schema/approvals.ts';

export const Proof = z.enum(['click', 'typed', 'totp']);
const Verdict = z.enum(['justified', 'not_justified']);
const People = z.array(PersonId);

export function glassBreakToRow(use: GlassBreak): Insertable<GlassBreaksTable> {
  return {
    approval_id: use.approval,
    run_id: use.run,
    incident_id: use.incident,
    question: use.question,
    by_person: use.by,
    reason: use.reason,
    proof: use.proof,
    at: stored(use.at),
    skipped: jsonText(use.skipped),
    reviewers: jsonText(use.reviewers),
    due_at: stored(use.dueAt),
    reviewed_by: use.review?.by ?? null,
    verdict: use.review?.verdict ?? null,
    comment: use.review?.comment ?? null,
    reviewed_at: stored(use.review?.at ?? null),
  };
}

type GlassQueries = Pick<LedgerReader, 'glassBreak' | 'glassBreaks' | 'unreviewedGlassBreaks'>;

export function glassBreakQueries(db: LedgerDb): GlassQueries {
  const all = () => db.selectFrom('glass_breaks').selectAll();
  return {
    glassBreak: async (approval) => {
      const row = await all().where('approval_id', '=', approval).executeTakeFirst();
      return row === undefined ? null : glassBreakFromRow(row);
    },
    glassBreaks: async (limit) => (await all().orderBy('at', 'desc').limit(limit).execute()).map(glassBreakFromRow),
    unreviewedGlassBreaks: async () =>
      (await all().where('reviewed_at', 'is', null).orderBy('due_at').execute()).map(glassBreakFromRow),
  };
}

function glassBreakFromRow(row: Selectable<GlassBreaksTable>): GlassBreak {
  return {
    approval: ApprovalId.parse(row.approval_id),
    run: RunId.parse(row.run_id),
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    question: row.question,
    by: PersonId.parse(row.by_person),
    reason: row.reason,
    proof: Proof.parse(row.proof),
    at: instant(row.at),
    skipped: fromJson(People, row.skipped),
    reviewers: fromJson(People, row.reviewers),
    dueAt: instant(row.due_at),
    review: reviewFromRow(row),
  };
}

function reviewFromRow(row: Selectable<GlassBreaksTable>): GlassBreak['review'] {
  if (row.reviewed_by === null || row.reviewed_at === null) return null;
  return {
    by: PersonId.parse(row.reviewed_by),
    verdict: Verdict.parse(row.verdict),
    comment: row.comment ?? '',
    at: instant(row.reviewed_at),
  };
}
