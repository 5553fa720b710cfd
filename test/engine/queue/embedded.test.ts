import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openQueue } from '../../../src/engine/queue.ts';
import { dumpTables, jobsInTables, type Select } from './dump.ts';
import { aProcessWithARunInHand, killed } from './other-process.ts';
import { keepsThePromises } from './promises.ts';
import { aSlowAdvance, aWorld } from './world.ts';

describe('the embedded queue', () => {
  // Making a directory takes seconds, copying one does not.
  const template = mkdtempSync(join(tmpdir(), 'queue-template-'));
  beforeAll(async () => {
    const queue = await openQueue({ dataDir: template, log: { info: () => {}, warn: () => {} }, onError: () => {} });
    await queue.close();
  });
  afterAll(() => rmSync(template, { recursive: true, force: true }));
  const fresh = async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'queue-'));
    cpSync(template, dataDir, { recursive: true });
    const directory = join(dataDir, 'queue');
    return {
      dataDir,
      jobs: () => onPglite(directory, jobsInTables),
      stored: () => onPglite(directory, dumpTables),
      loseEverything: async () => rmSync(directory, { recursive: true, force: true }),
    };
  };
  const world = aWorld(fresh);
  keepsThePromises(world);

  test('a directory in use refuses a second queue, and says what to do', async () => {
    const { ground, open } = world();

    await expect(open()).rejects.toMatchObject({ code: 'queue_in_use', message: expect.stringContaining('DATA_DIR') });
    await expect(open()).rejects.toThrow(join(ground.dataDir, 'queue'));
  });

  test('a directory in use by another process is refused; after its kill -9 the run it had in hand goes on at once', async () => {
    const { dataDir } = await fresh();
    const holder = await aProcessWithARunInHand({ dataDir, name: 'rekey' });
    const { open } = world();
    const name = 'rekey';
    await expect(open({ dataDir, name })).rejects.toMatchObject({ code: 'queue_in_use' });
    await killed(holder);

    const queue = await open({ dataDir, name });
    const seen: string[] = [];
    await queue.work(async (runId) => void seen.push(runId), { concurrency: 1 });

    await vi.waitFor(() => expect(seen).toEqual(['run-in-hand']), { timeout: 3_000 });
    await queue.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 40_000);

  test('a deleted directory costs nothing but what was queued', async () => {
    const { queue, ground, open } = world();
    await queue.alarm('run-a', new Date(Date.now() + 3_600_000));
    await queue.close();
    await ground.loseEverything();

    const next = await open();
    const seen: string[] = [];
    await next.work(async (runId) => void seen.push(runId), { concurrency: 1 });
    await next.wake('run-a');

    await vi.waitFor(() => expect(seen).toEqual(['run-a']));
  });

  test('a directory deleted under the running queue is made anew without a restart', async () => {
    const { queue, ground, said } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 1 });
    await queue.wake('run-a');
    await vi.waitFor(() => expect(slow.calls).toHaveLength(1));

    await ground.loseEverything();

    // The second wake of a run in hand reaches for a file that was not open yet.
    await vi.waitFor(
      async () => {
        await queue.wake('run-a');
        expect(said()).toContain('was made anew');
      },
      { timeout: 15_000, interval: 50 },
    );
    expect(await queue.health()).toMatchObject({ ok: true });
    slow.letAllGo();
    await vi.waitFor(() => expect(slow.calls.length).toBeGreaterThan(1));
  }, 40_000);

  test('a damaged directory is put aside with a warning, and a fresh one works', async () => {
    const { queue, ground, open, said } = world();
    await queue.close();
    truncateSync(join(ground.dataDir, 'queue', 'global', 'pg_control'), 100);

    const next = await open();
    await next.wake('run-a');

    const aside = readdirSync(ground.dataDir).find((name) => name.startsWith('queue.broken-'));
    expect(aside).toBeDefined();
    expect(said()).toContain(`${aside}`);
    expect(await next.health()).toEqual({ backend: 'embedded', ok: true, detail: expect.stringContaining('queue') });
  });
});

async function onPglite<T>(directory: string, read: (select: Select) => Promise<T>): Promise<T> {
  const db = await PGlite.create(directory);
  try {
    return await read((sql) => db.query(sql));
  } finally {
    await db.close();
  }
}
