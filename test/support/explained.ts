import type Database from 'better-sqlite3';
import { type CompiledQuery, Kysely } from 'kysely';
import { auditQueries } from '../../src/ledger/audit.ts';
import { claimQueries } from '../../src/ledger/claims.ts';
import { controlQueries } from '../../src/ledger/control-reader.ts';
import { digestKeyQueries } from '../../src/ledger/digest-keys.ts';
import { digestAnswerQueries, digestQueries } from '../../src/ledger/digests.ts';
import { dueKeyQueries } from '../../src/ledger/due-keys.ts';
import { fanOutQueries } from '../../src/ledger/fan-outs.ts';
import { keySearchQueries } from '../../src/ledger/find-keys.ts';
import { followUpQueries } from '../../src/ledger/follow-ups.ts';
import { homeQueries } from '../../src/ledger/home-reader.ts';
import { keyQueries } from '../../src/ledger/key-queries.ts';
import { patientSqlite } from '../../src/ledger/patient-sqlite.ts';
import { recordQueries } from '../../src/ledger/records.ts';
import { reviewQueries } from '../../src/ledger/reviews.ts';
import { rotationQueries } from '../../src/ledger/rotations.ts';
import type { LedgerTables } from '../../src/ledger/schema.ts';

/** The questions of the ledger over this file, and the SQL that they were turned into. */
export function listeningReader(sqlite: Database.Database) {
  const asked: CompiledQuery[] = [];
  const db = new Kysely<LedgerTables>({ dialect: patientSqlite(sqlite), log: ({ query }) => void asked.push(query) });
  const reader = {
    ...homeQueries(db),
    ...keyQueries(db),
    ...dueKeyQueries(db),
    ...digestQueries(db),
    ...digestAnswerQueries(db),
    ...digestKeyQueries(db),
    ...keySearchQueries(db),
    ...reviewQueries(db),
    ...rotationQueries(db),
    ...claimQueries(db),
    ...controlQueries(db),
    ...fanOutQueries(db),
    ...followUpQueries(db),
    ...recordQueries(db),
    ...auditQueries(db),
  };
  return { reader, asked };
}

/** SQLite's own words on how it would find the rows, one line per table or sort. */
export function planOf(sqlite: Database.Database, { sql, parameters }: CompiledQuery): string[] {
  const plan = sqlite.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`);
  return plan.all(...parameters).map(({ detail }) => detail);
}
