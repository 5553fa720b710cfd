import { setTimeout as pause } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely';
import { isBusy, troubleOf } from './trouble.ts';

const PATIENCE_MS = 2_000;

/**
 * Kysely's SQLite dialect, for a file that several processes write. SQLite's own waiting would block the event loop and is unfair: it asks
 * every 100 ms, and misses the moments between two transactions of a busy neighbour. Here a statement that finds the file locked is tried
 * again every few milliseconds without blocking, for at most 2 s.
 */
export function patientSqlite(sqlite: Database.Database): Dialect {
  const dialect = new SqliteDialect({ database: preparedOnce(sqlite) });
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => patientDriver(dialect.createDriver(), sqlite),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

// More than the ledger has questions; those with a list in them come in many lengths.
const MOST_PREPARED = 500;

/** Parsing and planning a statement takes longer than most statements do, and the same few are run again and again. */
function preparedOnce(sqlite: Database.Database): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => {
      sqlite.close();
    },
    prepare: (sql) => {
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      if (prepared.size >= MOST_PREPARED) prepared.clear();
      const statement = sqlite.prepare<unknown[]>(sql);
      prepared.set(sql, statement);
      return statement;
    },
  };
}

/** Tries again while the file is locked, for at most 2 s. What SQLite cannot do is thrown as LedgerTrouble. */
export async function patiently<T>(work: () => T | Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw troubleOf(error) ?? error;
    }
    // Two that met once must not meet again in step.
    await pause(1 + Math.random() * 7);
  }
}

function patientDriver(plain: Driver, sqlite: Database.Database): Driver {
  const patient = new WeakMap<DatabaseConnection, DatabaseConnection>();
  return {
    init: () => plain.init(),
    acquireConnection: async () => {
      const connection = await plain.acquireConnection();
      const known = patient.get(connection) ?? patientConnection(connection);
      patient.set(connection, known);
      return known;
    },
    // IMMEDIATE takes the write lock before anything was read, so that only `begin` ever has to wait.
    beginTransaction: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    },
    commitTransaction: (connection) => plain.commitTransaction(connection),
    rollbackTransaction: async (connection) => {
      // SQLite has rolled back by itself when the disk is full; the reason is what has to come out.
      if (sqlite.inTransaction) await plain.rollbackTransaction(connection);
    },
    releaseConnection: async () => {},
    destroy: () => plain.destroy(),
  };
}

function patientConnection(plain: DatabaseConnection): DatabaseConnection {
  return {
    executeQuery: (query) => patiently(() => plain.executeQuery(query)),
    streamQuery: (query, chunkSize) => plain.streamQuery(query, chunkSize),
  };
}
