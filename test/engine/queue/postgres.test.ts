import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { hasPostgres, startPostgres } from '../../support/postgres-server.ts';
import type { TestServer } from '../../support/server-process.ts';
import { dumpTables, jobsInTables, onPostgres } from './dump.ts';
import { keepsThePromises } from './promises.ts';
import { keepsThePromisesOfAServer } from './server-promises.ts';
import { aWorld } from './world.ts';

if (!hasPostgres && process.env.CI === undefined) {
  console.warn('PostgreSQL is not installed: the queue on PostgreSQL is not tested.');
}

describe.skipIf(!hasPostgres && process.env.CI === undefined)('the queue on PostgreSQL', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  const world = aWorld(async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query('DROP SCHEMA IF EXISTS bullmq CASCADE');
    await client.end();
    return {
      url: server.url,
      dataDir: mkdtempSync(join(tmpdir(), 'queue-')),
      jobs: () => onPostgres(server.url, jobsInTables),
      stored: () => onPostgres(server.url, dumpTables),
      loseEverything: () => server.restart({ empty: true }),
    };
  });
  keepsThePromises(world);
  keepsThePromisesOfAServer(world, () => server);
});
