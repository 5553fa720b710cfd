import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasRedis, type RedisServer, startRedis } from '../../support/redis-server.ts';
import { dumpRedis, jobsInRedis } from './dump.ts';
import { keepsThePromises } from './promises.ts';
import { keepsThePromisesOfAServer } from './server-promises.ts';
import { aSlowAdvance, aWorld } from './world.ts';

if (!hasRedis && process.env.CI === undefined)
  console.warn('redis-server is not installed: the queue on Redis is not tested.');

describe.skipIf(!hasRedis && process.env.CI === undefined)('the queue on Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  const world = aWorld(async () => {
    await onServer((client) => client.flushall());
    return {
      url: server.url,
      dataDir: mkdtempSync(join(tmpdir(), 'queue-')),
      jobs: () => jobsInRedis(server.url),
      stored: () => dumpRedis(server.url),
      loseEverything: () => server.restart({ empty: true }),
    };
  });
  keepsThePromises(world);
  keepsThePromisesOfAServer(world, () => server);

  test('wake is refused within 2 s by a server that hangs, and the queue works again when it wakes up', async () => {
    const { queue } = world();
    const seen: string[] = [];
    await queue.work(async (runId) => void seen.push(runId), { concurrency: 1 });
    server.freeze();

    const started = Date.now();
    await expect(queue.wake('run-a')).rejects.toMatchObject({ code: 'queue_away' });
    const took = Date.now() - started;
    server.thaw();

    expect(took).toBeLessThan(2_000);
    await vi.waitFor(
      async () => {
        await queue.wake('run-b');
        expect(seen).toContain('run-b');
      },
      { timeout: 20_000, interval: 50 },
    );
  }, 40_000);

  test('says that a full server is full, and works again when there is room', async () => {
    const { queue, said } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 1 });
    await queue.wake('run-a');
    await vi.waitFor(() => expect(slow.calls).toHaveLength(1));
    // One waits, so that the worker has something to ask for.
    await queue.wake('run-b');

    await onServer((client) => client.config('SET', 'maxmemory', '1kb'));
    slow.letAllGo();
    await expect(queue.wake('run-c')).rejects.toThrow(/OOM/);
    expect(await queue.health()).toMatchObject({ ok: false });
    await vi.waitFor(() => expect(said()).toContain('is away'));

    await onServer((client) => client.config('SET', 'maxmemory', '0'));
    await vi.waitFor(
      async () => {
        await queue.wake('run-d');
        expect(slow.calls.map((call) => call.runId)).toEqual(expect.arrayContaining(['run-b', 'run-d']));
      },
      { timeout: 15_000, interval: 50 },
    );
  }, 40_000);

  async function onServer<T>(action: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(server.url);
    try {
      return await action(client);
    } finally {
      client.disconnect();
    }
  }
});
