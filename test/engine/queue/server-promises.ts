import { expect, test, vi } from 'vitest';
import type { TestServer } from '../../support/server-process.ts';
import { aProcessWithARunInHand, killed } from './other-process.ts';
import { aSlowAdvance, HEALED, SOON, type TheWorld, untilQuiet } from './world.ts';

/** What a server adds to that: it can be away. */
export function keepsThePromisesOfAServer(world: TheWorld, server: () => TestServer): void {
  test('wake is refused within 2 s while the server is away, and works again when it is back', async () => {
    const { queue, said } = world();
    const seen: string[] = [];
    await queue.work(async (runId) => void seen.push(runId), { concurrency: 2 });
    await server().kill();

    const started = Date.now();
    await expect(queue.wake('run-a')).rejects.toMatchObject({ code: 'queue_away' });
    await expect(queue.alarm('run-a', new Date())).rejects.toMatchObject({ code: 'queue_away' });
    expect(await queue.health()).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`127.0.0.1:${server().port}`),
    });
    expect(Date.now() - started).toBeLessThan(6_000);
    await vi.waitFor(() => expect(said()).toContain('is away'), SOON);

    await server().restart();
    const back = Date.now();
    await vi.waitFor(async () => {
      await queue.wake('run-b');
      expect(seen).toContain('run-b');
    }, HEALED);
    expect(Date.now() - back).toBeLessThan(10_000);
    await vi.waitFor(() => expect(said()).toContain('is back'), SOON);
  }, 40_000);

  test('a run in hand survives the outage, and the wakes that follow are heard', async () => {
    const { queue } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 2 });
    await queue.wake('run-a');
    await vi.waitFor(() => expect(slow.calls).toHaveLength(1), SOON);

    await server().kill();
    slow.letGo();
    await vi.waitFor(() => expect(slow.ended()).toBe(1), SOON);
    await server().restart();
    await vi.waitFor(() => queue.wake('run-a'), HEALED);

    await vi.waitFor(() => expect(slow.calls.length).toBeGreaterThan(1), { timeout: 20_000 });
    expect(slow.mostOfOneRun()).toBe(1);
    slow.letAllGo();
  }, 60_000);

  test('opens while the server is away, and starts to work when it is there', async () => {
    const { open } = world();
    await server().kill();
    const queue = await open();
    const seen: string[] = [];
    await queue.work(async (runId) => void seen.push(runId), { concurrency: 1 });
    await expect(queue.wake('run-a')).rejects.toMatchObject({ code: 'queue_away' });

    await server().restart();

    await vi.waitFor(async () => {
      await queue.wake('run-a');
      expect(seen).toContain('run-a');
    }, HEALED);
  }, 40_000);

  test('a run that a killed process had in hand goes on elsewhere within 20 s', async () => {
    const { ground, open } = world();
    const name = `killed-${server().port}`;
    const other = await aProcessWithARunInHand({ ...ground, name });
    const queue = await open({ name });
    const seen: string[] = [];
    await queue.work(async (runId) => void seen.push(runId), { concurrency: 1 });

    await killed(other);
    const since = Date.now();
    await queue.wake('run-in-hand');

    await vi.waitFor(() => expect(seen).toContain('run-in-hand'), { timeout: 20_000, interval: 50 });
    expect(Date.now() - since).toBeLessThan(20_000);
  }, 40_000);

  test('two processes share the work, and no run is in both at once', async () => {
    const { queue, open } = world();
    const slow = aSlowAdvance();
    const other = await open();
    await queue.work(slow.advance, { concurrency: 2 });
    await other.work(slow.advance, { concurrency: 2 });

    for (let wake = 0; wake < 6; wake += 1) await (wake % 2 === 0 ? queue : other).wake('run-a');
    for (const runId of ['run-b', 'run-c', 'run-d']) await queue.wake(runId);
    await vi.waitFor(() => expect(slow.mostAtOnce()).toBe(4), SOON);
    await untilQuiet(queue, slow);

    expect(slow.mostOfOneRun()).toBe(1);
  });

  test('closes within seconds while the server is away', async () => {
    const { queue } = world();
    await queue.work(async () => {}, { concurrency: 1 });
    await server().kill();
    await queue.wake('run-a').catch(() => {});

    const started = Date.now();
    await queue.close();
    const took = Date.now() - started;
    await server().restart();

    expect(took).toBeLessThan(6_000);
  }, 40_000);

  test('never says the password: not with a wrong one, not while away, not in an error', async () => {
    const { queue, ground, open, said, errors } = world();
    const url = (ground.url ?? '').replace(server().password, `wrong-${server().password}`);
    const misled = await open({ url });
    errors.push(await misled.wake('run-a').catch((error) => error), await misled.health());
    await server().kill();
    errors.push(await queue.wake('run-a').catch((error) => error), await queue.health());
    await vi.waitFor(() => expect(said()).toContain('is away'), SOON);
    await server().restart();
    await vi.waitFor(() => queue.wake('run-a'), HEALED);

    expect(said()).toContain(`127.0.0.1:${server().port}`);
    expect(said()).not.toContain(server().password);
  }, 40_000);
}
