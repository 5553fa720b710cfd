import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { FollowUp, FollowUpEnd, Nag, Retrospective } from '../domain/follow-up.ts';
import { Actor, IncidentId, PersonId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { fromJson, instant, stored } from './codec.ts';
import { incidentFromRow } from './incidents.ts';
import type { LedgerDb } from './open.ts';
import type { FollowUpsTable, RetrospectivesTable, SummaryVersionsTable } from './schema/follow-ups.ts';

/** A summary as it was drawn and kept. */
export interface SummaryVersion {
  version: number;
  /** Whether this is one that was posted, and not drawn again since. */
  posted: boolean;
  hash: string | null;
  markdown: string;
  json: string;
  drawnAt: Date;
}

/** What was reminded of last: the number of the reminder, by person. */
export interface Nagged {
  subject: string;
  sinceAt: Date;
  person: PersonId;
  nth: number;
}

export interface FollowUpReader {
  followUp: (id: string) => Promise<FollowUp | null>;
  /** In the order in which they are due; the ones that are over too. */
  followUpsOf: (incident: IncidentId) => Promise<FollowUp[]>;
  /** All that are open, the one that is due first comes first. */
  openFollowUps: () => Promise<FollowUp[]>;
  /** Open ones whose date has passed, the longest overdue first: for the digest. */
  overdueFollowUps: (now: Date) => Promise<FollowUp[]>;
  /** Open ones of an owner as the ledger names it: a person or `group:<name>`. */
  followUpsOwnedBy: (owners: readonly string[]) => Promise<FollowUp[]>;
  nag: (id: string) => Promise<Nag | null>;
  /** Who had a message of this day already. */
  naggedOn: (day: string) => Promise<PersonId[]>;
  /** The last reminder of these subjects, by person. */
  naggedOf: (subjects: readonly string[]) => Promise<Nagged[]>;
  retrospective: (incident: IncidentId) => Promise<Retrospective | null>;
  unpublishedRetrospectives: () => Promise<Retrospective[]>;
  /** Closed since then, and nobody has been asked for a retrospective yet. */
  closedWithoutRetrospective: (since: Date) => Promise<Incident[]>;
  /** Every version that was kept, the first one first. */
  summariesOf: (incident: IncidentId) => Promise<SummaryVersion[]>;
  /** The version that was kept last; null when there is none. */
  lastSummary: (incident: IncidentId) => Promise<SummaryVersion | null>;
  /** Incidents, or whether it is this one, of which a version of the summary is from since then, and something was recorded after it and before `quietFrom`. */
  summariesToRedraw: (of: { since: Date; quietFrom: Date; incident?: IncidentId }) => Promise<IncidentId[]>;
}

export function followUpQueries(db: LedgerDb): FollowUpReader {
  const all = () => db.selectFrom('follow_ups').selectAll().orderBy('due_at').orderBy('id');
  const open = () => all().where('ended_how', 'is', null);
  const list = (rows: readonly Selectable<FollowUpsTable>[]) => rows.map(followUpFromRow);
  return {
    followUp: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : followUpFromRow(row);
    },
    followUpsOf: async (incident) => list(await all().where('incident_id', '=', incident).execute()),
    openFollowUps: async () => list(await open().execute()),
    overdueFollowUps: async (now) => list(await open().where('due_at', '<=', stored(now)).execute()),
    followUpsOwnedBy: async (owners) =>
      owners.length === 0 ? [] : list(await open().where('owner', 'in', owners).execute()),
    ...nagQueries(db),
    ...retrospectiveQueries(db),
    ...summaryQueries(db),
  };
}

function nagQueries(db: LedgerDb): Pick<FollowUpReader, 'nag' | 'naggedOn' | 'naggedOf'> {
  return {
    nag: async (id) => {
      const row = await db.selectFrom('nags').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return null;
      const items = await db.selectFrom('nag_items').selectAll().where('nag_id', '=', id).orderBy('subject').execute();
      return {
        id,
        person: PersonId.parse(row.person),
        day: row.day,
        items: items.map(({ subject, since_at, nth, escalated }) => ({
          subject,
          sinceAt: instant(since_at),
          nth,
          escalated: escalated === 1,
        })),
      };
    },
    naggedOn: async (day) =>
      (await db.selectFrom('nags').select('person').where('day', '=', day).execute()).map(({ person }) =>
        PersonId.parse(person),
      ),
    naggedOf: async (subjects) => {
      if (subjects.length === 0) return [];
      const rows = await db
        .selectFrom('nag_items')
        .where('subject', 'in', subjects)
        .groupBy(['subject', 'since_at', 'person'])
        .select(['subject', 'since_at', 'person', (eb) => eb.fn.max('nth').as('nth')])
        .execute();
      return rows.map(({ subject, since_at, person, nth }) => ({
        subject,
        sinceAt: instant(since_at),
        person: PersonId.parse(person),
        nth,
      }));
    },
  };
}

type Retrospectives = Pick<
  FollowUpReader,
  'retrospective' | 'unpublishedRetrospectives' | 'closedWithoutRetrospective'
>;

function retrospectiveQueries(db: LedgerDb): Retrospectives {
  const all = () => db.selectFrom('retrospectives').selectAll();
  return {
    retrospective: async (incident) => {
      const row = await all().where('incident_id', '=', incident).executeTakeFirst();
      return row === undefined ? null : retrospectiveFromRow(row);
    },
    unpublishedRetrospectives: async () =>
      (await all().where('published_at', 'is', null).orderBy('due_at').execute()).map(retrospectiveFromRow),
    closedWithoutRetrospective: async (since) => {
      const rows = await db
        .selectFrom('incidents')
        .leftJoin('retrospectives', 'retrospectives.incident_id', 'incidents.id')
        .selectAll('incidents')
        .where('incidents.closed_at', '>=', stored(since))
        .where('retrospectives.incident_id', 'is', null)
        .orderBy('incidents.closed_at')
        .execute();
      return rows.map(incidentFromRow);
    },
  };
}

function summaryQueries(db: LedgerDb): Pick<FollowUpReader, 'summariesOf' | 'lastSummary' | 'summariesToRedraw'> {
  return {
    summariesOf: async (incident) =>
      (
        await db
          .selectFrom('summary_versions')
          .selectAll()
          .where('incident_id', '=', incident)
          .orderBy('version')
          .execute()
      ).map(versionFromRow),
    lastSummary: async (incident) => {
      const row = await db
        .selectFrom('summary_versions')
        .selectAll()
        .where('incident_id', '=', incident)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : versionFromRow(row);
    },
    summariesToRedraw: async ({ since, quietFrom, incident }) => {
      const kept = db
        .selectFrom('summary_versions')
        .select(['incident_id', 'drawn_at'])
        .where('drawn_at', '>=', stored(since))
        .orderBy('drawn_at');
      const rows = await (incident === undefined ? kept : kept.where('incident_id', '=', incident)).execute();
      const newest = new Map(rows.map(({ incident_id, drawn_at }) => [incident_id, drawn_at]));
      const last = await lastLines(db, [...newest.keys()]);
      return last
        .filter(({ id, at }) => at !== null && at > (newest.get(id) ?? '') && at <= stored(quietFrom))
        .map(({ id }) => IncidentId.parse(id));
    },
  };
}

/** When something happened to these incidents last. What somebody was refused is nothing that happened to one. */
async function lastLines(db: LedgerDb, incidents: readonly string[]): Promise<{ id: string; at: string | null }[]> {
  if (incidents.length === 0) return [];
  return db
    .selectFrom('incidents')
    .where('id', 'in', incidents)
    .select((eb) => [
      'id',
      eb
        .selectFrom('audit')
        .select('audit.at')
        .whereRef('audit.incident_id', '=', 'incidents.id')
        .where('action', '<>', 'request_refused')
        .orderBy('seq', 'desc')
        .limit(1)
        .as('at'),
    ])
    .execute();
}

function followUpFromRow(row: Selectable<FollowUpsTable>): FollowUp {
  return {
    id: row.id,
    incident: IncidentId.parse(row.incident_id),
    what: row.what,
    owner: row.owner,
    dueAt: instant(row.due_at),
    rule: row.rule,
    addedBy: Actor.parse(row.added_by),
    addedAt: instant(row.added_at),
    sinceAt: instant(row.since_at),
    ended: endFromRow(row),
  };
}

function endFromRow(row: Selectable<FollowUpsTable>): FollowUpEnd | null {
  if (row.ended_how === null || row.ended_by === null || row.ended_at === null) return null;
  return {
    how: z.enum(['done', 'dropped']).parse(row.ended_how),
    by: PersonId.parse(row.ended_by),
    at: instant(row.ended_at),
    note: row.ended_note ?? '',
  };
}

function retrospectiveFromRow(row: Selectable<RetrospectivesTable>): Retrospective {
  const { published_words: words, published_by: by, published_at: at } = row;
  return {
    incident: IncidentId.parse(row.incident_id),
    dueAt: instant(row.due_at),
    people: fromJson(z.array(PersonId), row.people),
    published: words === null || by === null || at === null ? null : { words, by: PersonId.parse(by), at: instant(at) },
  };
}

function versionFromRow(row: Selectable<SummaryVersionsTable>): SummaryVersion {
  const { version, hash, markdown, json } = row;
  return { version, posted: row.posted === 1, hash, markdown, json, drawnAt: instant(row.drawn_at) };
}
