import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import {
  AskForm,
  Escalation,
  EvidenceKind,
  FieldAnswer,
  FileReference,
  type Mark,
  MarkKind,
  ReminderRule,
} from '../domain/ask-form.ts';
import { AskId, IncidentId, PersonId, RunId, StepId } from '../domain/ids.ts';
import type { Ask, AskAnswer } from '../domain/incident.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import type { AskMarksTable } from './schema/people.ts';
import type { AsksTable } from './schema/runs.ts';

const People = z.array(PersonId);
const Answer = z.object({
  yes: z.boolean(),
  evidence: z.string(),
  by: PersonId,
  at: z.iso.datetime(),
  answers: z.array(FieldAnswer).exactOptional(),
  file: FileReference.exactOptional(),
});
const PushedBack = z.object({ to: StepId, reason: z.string(), by: PersonId, at: z.iso.datetime() });

export function askToRow(ask: Ask): Insertable<AsksTable> {
  return {
    id: ask.id,
    run_id: ask.run,
    step_id: ask.step,
    incident_id: ask.incident,
    question: ask.question,
    assignee: ask.assignee,
    assigned: jsonText(ask.assigned),
    evidence: ask.evidence,
    token: ask.token,
    created_at: stored(ask.createdAt),
    due_at: stored(ask.dueAt),
    answer: ask.answer === null ? null : answerText(ask.answer),
    form: jsonText(ask.form),
    reminders: jsonText(ask.reminders),
    reminded: ask.reminded,
    escalation: ask.escalation === null ? null : jsonText(ask.escalation),
    push_back_to: jsonText(ask.pushBackTo),
    pushed_back: ask.pushedBack === null ? null : pushedBackText(ask.pushedBack),
  };
}

export function answerText(answer: AskAnswer): string {
  return jsonText({ ...answer, at: stored(answer.at) });
}

export function pushedBackText(pushedBack: NonNullable<Ask['pushedBack']>): string {
  return jsonText({ ...pushedBack, at: stored(pushedBack.at) });
}

type AskQueries = Pick<LedgerReader, 'ask' | 'askByToken' | 'asksOfIncident' | 'openAsksOfRun'>;

export function askQueries(db: LedgerDb): AskQueries {
  const all = () => db.selectFrom('asks').selectAll();
  const one = async (row: Selectable<AsksTable> | undefined) => (row === undefined ? null : whole(db, row));
  const many = (rows: readonly Selectable<AsksTable>[]) => asksFrom(db, rows);
  return {
    ask: async (id) => one(await all().where('id', '=', id).executeTakeFirst()),
    askByToken: async (token) => one(await all().where('token', '=', token).executeTakeFirst()),
    asksOfIncident: async (incident) =>
      many(await all().where('incident_id', '=', incident).orderBy('created_at').execute()),
    openAsksOfRun: async (run) =>
      many(
        await db
          .selectFrom('steps')
          .innerJoin('asks', 'asks.id', 'steps.waiting_id')
          .where('steps.run_id', '=', run)
          .where('steps.state', '=', 'waiting')
          .where('asks.answer', 'is', null)
          .where('asks.pushed_back', 'is', null)
          .selectAll('asks')
          .orderBy('asks.created_at')
          .execute(),
      ),
  };
}

/** With what people have ticked off. */
export async function asksFrom(db: LedgerDb, rows: readonly Selectable<AsksTable>[]): Promise<Ask[]> {
  const found: Ask[] = [];
  for (const row of rows) found.push(await whole(db, row));
  return found;
}

async function whole(db: LedgerDb, row: Selectable<AsksTable>): Promise<Ask> {
  const marks = await db.selectFrom('ask_marks').selectAll().where('ask_id', '=', row.id).orderBy('at').execute();
  return askFromRow(row, marks.map(markFromRow));
}

function askFromRow(row: Selectable<AsksTable>, marks: Mark[]): Ask {
  const answer = row.answer === null ? null : fromJson(Answer, row.answer);
  const pushedBack = row.pushed_back === null ? null : fromJson(PushedBack, row.pushed_back);
  return {
    id: AskId.parse(row.id),
    run: RunId.parse(row.run_id),
    step: StepId.parse(row.step_id),
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    question: row.question,
    assignee: row.assignee,
    assigned: fromJson(People, row.assigned),
    evidence: EvidenceKind.parse(row.evidence),
    form: fromJson(AskForm, row.form),
    marks,
    reminders: fromJson(ReminderRule, row.reminders),
    reminded: row.reminded,
    escalation: row.escalation === null ? null : fromJson(Escalation, row.escalation),
    pushBackTo: fromJson(z.array(StepId), row.push_back_to),
    pushedBack: pushedBack === null ? null : { ...pushedBack, at: instant(pushedBack.at) },
    token: row.token,
    createdAt: instant(row.created_at),
    dueAt: instant(row.due_at),
    answer: answer === null ? null : { ...answer, at: instant(answer.at) },
  };
}

function markFromRow(row: Selectable<AskMarksTable>): Mark {
  return {
    item: row.item,
    mark: MarkKind.parse(row.mark),
    reason: row.reason,
    by: PersonId.parse(row.marked_by),
    at: instant(row.at),
  };
}
