import { createPostgresBackend, DEFAULT_SCHEMA, isPgPool, type PgPool, runMigrations } from 'bullmq';
import { DatabaseError, Pool } from 'pg';
import type { Backend, BackendEvents, OpenBackend } from './backends.ts';
import { patient } from './patient.ts';

interface PostgresPlace {
  url: string;
  place: string;
  secrets: string[];
}

export function postgresBackend(at: PostgresPlace): Backend {
  return { kind: 'postgres', place: at.place, secrets: at.secrets, open: (events) => openPostgres(at.url, events) };
}

async function openPostgres(url: string, events: BackendEvents): Promise<OpenBackend> {
  const pool = new Pool({
    connectionString: url,
    application_name: 'rekey',
    max: 10,
    connectionTimeoutMillis: 1_500,
    // Every statement of the queue takes milliseconds: one that does not come back sits on a dead connection.
    query_timeout: 5_000,
    onConnect: (client) => client.query(`SET search_path TO ${DEFAULT_SCHEMA}`),
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', events.trouble);

  try {
    const client = await pool.connect();
    await runMigrations(client, DEFAULT_SCHEMA).finally(() => client.release());
  } catch (error) {
    void pool.end();
    throw error;
  }
  const connection = asPgPool(pool);
  return {
    producer: (queue, opts, extra) => createPostgresBackend(queue, { ...opts, connection }, extra),
    worker: (queue, opts, extra) => patient(createPostgresBackend(queue, { ...opts, connection }, extra)),
    ping: () => ping(pool, events),
    close: () => pool.end(),
  };
}

/** The two packages describe the same events in types that do not meet, so BullMQ's own guard has to vouch for the pool. */
function asPgPool(pool: unknown): PgPool {
  if (!isPgPool(pool)) throw new TypeError('pg.Pool no longer has the shape that BullMQ needs.');
  return pool;
}

async function ping(pool: Pool, events: BackendEvents): Promise<void> {
  try {
    const { rows } = await pool.query('SELECT pg_is_in_recovery() AS replica FROM meta LIMIT 1');
    if (rows[0]?.replica === true) throw new Error('the server is a read-only replica');
  } catch (error) {
    if (error instanceof DatabaseError && SCHEMA_IS_GONE.has(error.code ?? '')) events.lost(error);
    throw error;
  }
}

// invalid_schema_name, undefined_table: somebody put an empty database in the place of ours.
const SCHEMA_IS_GONE = new Set(['3F000', '42P01']);
