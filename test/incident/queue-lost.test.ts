import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playPeople } from '../support/incident-people.ts';
import { provesWell, STEPS, waitsAt } from '../support/incident-proof.ts';
import { aMadeQueue, anIncidentWorld, type IncidentWorld, type WorldOptions } from '../support/incident-world.ts';
import { hasPostgres, startPostgres } from '../support/postgres-server.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';

interface Backend {
  options: WorldOptions;
  /** Everything in it is gone, and the backend itself for a moment. */
  vanish: (world: IncidentWorld) => Promise<void>;
  /** Somebody empties it without stopping it. */
  empty: (world: IncidentWorld) => Promise<void>;
  stop: () => Promise<void>;
}

const inCi = process.env.CI !== undefined;
if (!hasRedis && !inCi) console.warn('redis-server is not installed: the incident is not played on it.');
if (!hasPostgres && !inCi) console.warn('PostgreSQL is not installed: the incident is not played on it.');

const deleteDirectory = async ({ layout }: IncidentWorld) =>
  rmSync(join(layout.rekeyDir, 'queue'), { recursive: true, force: true });

let queue: Awaited<ReturnType<typeof aMadeQueue>>;
beforeAll(async () => {
  queue = await aMadeQueue();
});
afterAll(() => queue[Symbol.dispose]());

const embedded = async (): Promise<Backend> => ({
  options: { queueFolder: queue.folder },
  vanish: deleteDirectory,
  empty: deleteDirectory,
  stop: async () => {},
});

const onRedis = async (): Promise<Backend> => {
  const server = await startRedis();
  const empty = async () => {
    const client = new Redis(server.url);
    await client.flushall();
    client.disconnect();
  };
  return { options: { queueUrl: server.url }, vanish: () => server.restart({ empty: true }), empty, stop: server.stop };
};

const onPostgres = async (): Promise<Backend> => {
  const server = await startPostgres();
  const empty = async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      await dropped(client);
    } finally {
      await client.end();
    }
  };
  return { options: { queueUrl: server.url }, vanish: () => server.restart({ empty: true }), empty, stop: server.stop };
};

/** The queue is at work on the tables meanwhile: PostgreSQL may choose this side as the victim of a deadlock. */
const dropped = (client: Client): Promise<unknown> =>
  client.query('DROP SCHEMA bullmq CASCADE').catch((error: { code?: string }) => {
    if (error.code === '40P01') return dropped(client);
    throw error;
  });

const random = () => STEPS[Math.floor(Math.random() * STEPS.length)] ?? 'mint';

describe.concurrent.each([
  { name: 'the embedded queue', open: embedded, isThere: true },
  { name: 'Redis', open: onRedis, isThere: hasRedis || inCi },
  { name: 'PostgreSQL', open: onPostgres, isThere: hasPostgres || inCi },
])('$name', ({ open, isThere }) => {
  test.skipIf(!isThere)(
    'loses everything at a random step while the bot is dead, and no run is lost',
    { concurrent: false, timeout: 90_000 },
    async () => {
      const faultAt = `outcome:${random()}`;
      await using world = await inWorldOn(await open());
      const people = playPeople(world.slack);
      await world.bot.start({ FAULT_AT: faultAt });
      await world.raise().catch(() => {});
      expect(await world.bot.ended(), faultAt).toMatchObject({ signal: 'SIGKILL' });
      await world.backend.vanish(world);
      await world.bot.start();
      await provesWell(world).catch((cause) => {
        throw new Error(`The queue was lost at ${faultAt}.`, { cause });
      });
      await people.stop();
    },
  );

  test.skipIf(!isThere)(
    'is emptied and then replaced under a bot that waits for people, and their answers count',
    { concurrent: false, timeout: 120_000 },
    async () => {
      await using world = await inWorldOn(await open());
      await world.bot.start();
      await world.raise();
      await waitsAt(world, 'go');
      await world.backend.empty(world);
      const bob = playPeople(world.slack, { only: 'bob' });
      await waitsAt(world, 'redeployed');
      await bob.stop();
      await world.backend.vanish(world);
      const carol = playPeople(world.slack, { only: 'carol' });
      await provesWell(world);
      await carol.stop();
    },
  );
});

async function inWorldOn(backend: Backend) {
  await using parts = new AsyncDisposableStack();
  parts.defer(backend.stop);
  const world = parts.use(await anIncidentWorld(backend.options));
  const all = parts.move();
  return { ...world, backend, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
