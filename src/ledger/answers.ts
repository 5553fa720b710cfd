import type { ExpressionBuilder } from 'kysely';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerTables } from './schema.ts';

/** One request of one caller, by the key that the caller gave it. */
export interface AnswerId {
  /** The id of the ledger key that asked: two callers may use the same key for different requests. */
  caller: string;
  key: string;
}

export type Begun =
  | { kind: 'new' }
  /** The same request was answered before, with this. */
  | { kind: 'answered'; status: number; body: string }
  /** The same request is under way. */
  | { kind: 'running' }
  /** The key was used for other parameters. */
  | { kind: 'mismatch' };

/** What requests with an idempotency key were answered. A secret is never part of it: the caller's border keeps it out. */
export interface Answers {
  /**
   * Takes the key for this request, or says what it led to. One that was begun before `abandonedBefore` and never answered was cut off by a
   * crash: the next one takes its place, and the verb's own dedupe finds what the first one did.
   */
  begin: (id: AnswerId, request: { hash: string; at: Date; abandonedBefore: Date }) => Promise<Begun>;
  complete: (id: AnswerId, answer: { status: number; body: string }) => Promise<void>;
  /** Frees the key of a request that failed for reasons of ours, so that the same request can be made again. */
  release: (id: AnswerId) => Promise<void>;
  /** Returns how many were forgotten. */
  forgetBegunBefore: (before: Date) => Promise<number>;
}

export function openAnswers(db: LedgerDb): Answers {
  return {
    begin: (id, { hash, at, abandonedBefore }) =>
      db.transaction().execute(async (tx) => {
        const made = await tx
          .insertInto('answers')
          .values({ ...columns(id), request_hash: hash, status: null, body: null, begun_at: stored(at) })
          .onConflict((conflict) => conflict.columns(['caller', 'idempotency_key']).doNothing())
          .returning('caller')
          .executeTakeFirst();
        if (made !== undefined) return { kind: 'new' };
        return taken(tx, id, { hash, at, abandonedBefore });
      }),
    complete: async (id, answer) => {
      await db.updateTable('answers').set(answer).where(matching(id)).where('status', 'is', null).execute();
    },
    release: async (id) => {
      await db.deleteFrom('answers').where(matching(id)).where('status', 'is', null).execute();
    },
    forgetBegunBefore: async (before) => {
      const gone = await db.deleteFrom('answers').where('begun_at', '<', stored(before)).executeTakeFirst();
      return Number(gone.numDeletedRows);
    },
  };
}

async function taken(
  tx: LedgerDb,
  id: AnswerId,
  { hash, at, abandonedBefore }: { hash: string; at: Date; abandonedBefore: Date },
): Promise<Begun> {
  const first = await tx.selectFrom('answers').selectAll().where(matching(id)).executeTakeFirstOrThrow();
  if (first.request_hash !== hash) return { kind: 'mismatch' };
  if (first.status !== null && first.body !== null) return { kind: 'answered', status: first.status, body: first.body };
  if (first.begun_at >= stored(abandonedBefore)) return { kind: 'running' };
  await tx
    .updateTable('answers')
    .set({ begun_at: stored(at) })
    .where(matching(id))
    .execute();
  return { kind: 'new' };
}

function columns({ caller, key }: AnswerId) {
  return { caller, idempotency_key: key };
}

function matching(id: AnswerId) {
  return (eb: ExpressionBuilder<LedgerTables, 'answers'>) => eb.and(columns(id));
}
