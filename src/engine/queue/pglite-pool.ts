import { EventEmitter } from 'node:events';
import type { PGlite } from '@electric-sql/pglite';
import type { PgPool, PgPoolClient, PgQueryResult } from 'bullmq';

type Query = (text: string, params?: readonly unknown[]) => Promise<PgQueryResult>;

/**
 * PGlite in the shape of a `pg.Pool`, as far as BullMQ uses one. All clients share PGlite's single connection, which runs one statement after
 * the other; that is enough because BullMQ opens a transaction nowhere but in its migrations, and those run before anybody else is let in.
 */
export function pglitePool(db: PGlite, onError: (error: unknown) => void): PgPool {
  const query = queryOf(db, onError);
  const connect = async (): Promise<PgPoolClient> => {
    const client = new EventEmitter();
    // BullMQ waits on one long-lived client and filters by channel and queue itself.
    const unlisten = db.onNotification((channel, payload) => client.emit('notification', { channel, payload }));
    return Object.assign(client, { query, release: unlisten });
  };
  return Object.assign(new EventEmitter(), { query, connect, end: async () => {} });
}

/** With parameters: one statement. Without: any number of them, as in a migration, and the last one's rows. */
export function queryOf(db: PGlite, onError: (error: unknown) => void): Query {
  return async (text, params) => {
    try {
      if (params !== undefined) return await db.query(text, [...params]);
      return (await db.exec(text)).at(-1) ?? { rows: [] };
    } catch (error) {
      onError(error);
      throw error;
    }
  };
}
