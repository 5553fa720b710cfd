import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { z } from 'zod';
import type { EventType } from '../domain/event.ts';
import { PersonId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { REVIEW_KINDS, type Review, type ReviewKind } from '../domain/review.ts';
import { fromJson, instant, stored } from './codec.ts';
import { incidentFromRow } from './incidents.ts';
import type { LedgerDb } from './open.ts';
import { linesIn } from './period-lines.ts';
import type { ReviewsTable } from './schema/follow-ups.ts';

/** How often something was recorded in a period. */
export type Counted = Partial<Record<EventType, number>>;

export interface ReviewReader {
  review: (id: string) => Promise<Review | null>;
  /** Newest first. */
  reviews: (limit: number) => Promise<Review[]>;
  lastReview: (kind: ReviewKind) => Promise<Review | null>;
  unfinishedReviews: () => Promise<Review[]>;
  /** Lines of the audit by what they tell, from an instant up to another. */
  countedBetween: (from: Date, to: Date) => Promise<Counted>;
  /** Attempts of steps that ended in a period, and how many of them failed. */
  attemptsBetween: (from: Date, to: Date) => Promise<{ failed: number; all: number }>;
  /** Alerts of a period that say that a secret was seen where it must not be. */
  exposuresBetween: (from: Date, to: Date) => Promise<number>;
  /** Numbers of the audit that a period has used, and how many of those lines are there. */
  linesBetween: (from: Date, to: Date) => Promise<{ written: number; expected: number }>;
  /** Reported in a period, or not closed yet. */
  incidentsBetween: (from: Date, to: Date) => Promise<Incident[]>;
  /** When the first line of the audit was written; null for an empty one. */
  since: () => Promise<Date | null>;
}

export function reviewQueries(db: LedgerDb): ReviewReader {
  const all = () => db.selectFrom('reviews').selectAll();
  const whole = async (rows: readonly Selectable<ReviewsTable>[]) => Promise.all(rows.map((row) => withTicks(db, row)));
  const one = async (rows: readonly Selectable<ReviewsTable>[]) => (await whole(rows)).at(0) ?? null;
  return {
    review: async (id) => one(await all().where('id', '=', id).execute()),
    reviews: async (limit) => whole(await all().orderBy('opened_at', 'desc').orderBy('id').limit(limit).execute()),
    lastReview: async (kind) =>
      one(await all().where('kind', '=', kind).orderBy('opened_at', 'desc').limit(1).execute()),
    unfinishedReviews: async () => whole(await all().where('finished_at', 'is', null).orderBy('opened_at').execute()),
    ...periodQueries(db),
  };
}

/** As the alerts of secret scanners are called; the same as in incident-measures.ts. */
const EXPOSURES = ['leak', 'secret_scanning', 'exposed'];

type Periods = Omit<ReviewReader, 'review' | 'reviews' | 'lastReview' | 'unfinishedReviews'>;

function periodQueries(db: LedgerDb): Periods {
  return {
    countedBetween: async (from, to) => {
      const rows = await (await linesIn(db, from, to))
        .groupBy('action')
        .select(['action', (eb) => eb.fn.countAll<number>().as('count')])
        .execute();
      return Object.fromEntries(rows.map(({ action, count }) => [action, count]));
    },
    attemptsBetween: async (from, to) => {
      // The audit keeps an event as canonical JSON, in which a state is written in one way only.
      const says = (state: string) =>
        sql<number>`sum(case when details like ${`%"state":"${state}"%`} then 1 else 0 end)`;
      const row = await (await linesIn(db, from, to))
        .where('action', '=', 'step_recorded')
        .select([
          says('failed').as('failed'),
          says('done').as('done'),
          sql<number>`sum(case when details like '%"waiting":{%"kind":"retry"%' then 1 else 0 end)`.as('retried'),
        ])
        .executeTakeFirst();
      const failed = Number(row?.failed ?? 0) + Number(row?.retried ?? 0);
      return { failed, all: failed + Number(row?.done ?? 0) };
    },
    exposuresBetween: async (from, to) => {
      const row = await db
        .selectFrom('alerts')
        .where('received_at', '>=', stored(from))
        .where('received_at', '<', stored(to))
        .where((eb) => eb.or(EXPOSURES.map((name) => eb('alert', 'like', `%${name}%`))))
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    linesBetween: async (from, to) => {
      const row = await (await linesIn(db, from, to))
        .select((eb) => [
          eb.fn.min('seq').as('first'),
          eb.fn.max('seq').as('last'),
          eb.fn.countAll<number>().as('count'),
        ])
        .executeTakeFirst();
      if (row === undefined || row.first === null || row.last === null) return { written: 0, expected: 0 };
      return { written: Number(row.count), expected: Number(row.last) - Number(row.first) + 1 };
    },
    incidentsBetween: async (from, to) => {
      const rows = await db
        .selectFrom('incidents')
        .selectAll()
        .where('reported_at', '<', stored(to))
        .where((eb) => eb.or([eb('reported_at', '>=', stored(from)), eb('closed_at', 'is', null)]))
        .orderBy('reported_at')
        .execute();
      return rows.map(incidentFromRow);
    },
    since: async () => {
      const row = await db.selectFrom('audit').select('at').orderBy('seq').limit(1).executeTakeFirst();
      return row === undefined ? null : instant(row.at);
    },
  };
}

const Items = z.array(
  z.object({
    id: z.string(),
    point: z.string(),
    found: z.object({ verdict: z.enum(['fine', 'look']), sentence: z.string() }).nullable(),
  }),
);
const LeftOver = z.object({ review: z.string(), open: z.array(z.string()) });

async function withTicks(db: LedgerDb, row: Selectable<ReviewsTable>): Promise<Review> {
  const ticks = await db
    .selectFrom('review_ticks')
    .selectAll()
    .where('review_id', '=', row.id)
    .orderBy('at')
    .orderBy('item')
    .execute();
  return {
    id: row.id,
    kind: z.enum(REVIEW_KINDS).parse(row.kind),
    fromAt: instant(row.from_at),
    toAt: instant(row.to_at),
    openedAt: instant(row.opened_at),
    channel: row.channel,
    items: fromJson(Items, row.items),
    leftOver: row.left_over === null ? null : fromJson(LeftOver, row.left_over),
    ticks: ticks.map(({ item, by_person, at, note }) => ({
      item,
      by: PersonId.parse(by_person),
      at: instant(at),
      note,
    })),
    naggedAt: instant(row.nagged_at),
    finishedAt: instant(row.finished_at),
  };
}
