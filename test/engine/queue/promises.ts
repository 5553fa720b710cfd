import { expect, test, vi } from 'vitest';
import { aSlowAdvance, HEALED, SOON, type TheWorld, untilQuiet } from './world.ts';

/** What every backend promises. */
export function keepsThePromises(world: TheWorld): void {
  test('four wakes while a run is in hand give exactly one more execution', async () => {
    const { queue } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 1 });
    await queue.wake('run-a');
    await vi.waitFor(() => expect(slow.calls).toHaveLength(1), SOON);

    for (let wake = 0; wake < 4; wake += 1) await queue.wake('run-a');
    slow.letGo();
    await vi.waitFor(() => expect(slow.calls).toHaveLength(2), SOON);
    await untilQuiet(queue, slow);

    expect(slow.calls.filter((call) => call.runId === 'run-a')).toHaveLength(2);
  });

  test('runs different runs at once up to the concurrency, and one run never twice at once', async () => {
    const { queue } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 3 });
    for (const runId of ['run-0', 'run-1', 'run-2', 'run-3', 'run-4']) await queue.wake(runId);
    await vi.waitFor(() => expect(slow.mostAtOnce()).toBe(3), SOON);

    for (let wake = 0; wake < 40; wake += 1) {
      await queue.wake(`run-${wake % 5}`);
      if (wake % 3 === 0) slow.letGo();
    }
    await untilQuiet(queue, slow);

    expect(slow.mostOfOneRun()).toBe(1);
    expect(slow.mostAtOnce()).toBe(3);
    expect(new Set(slow.calls.map((call) => call.runId)).size).toBe(6);
  });

  test('never executes a run twice at once even when the backend forgets that it is in hand', async () => {
    const { queue, ground } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 2 });
    await queue.wake('run-a');
    await vi.waitFor(() => expect(slow.calls).toHaveLength(1), SOON);

    await ground.loseEverything();
    await vi.waitFor(() => queue.wake('run-a'), HEALED);
    // Done only by a worker that has come back, so the wake before it has been taken up as well.
    await vi.waitFor(async () => {
      await queue.wake('run-b');
      expect(slow.calls.map((call) => call.runId)).toContain('run-b');
    }, HEALED);
    expect(slow.calls.filter((call) => call.runId === 'run-a')).toHaveLength(1);
    await vi.waitFor(() => {
      slow.letGo();
      expect(slow.calls.filter((call) => call.runId === 'run-a')).toHaveLength(2);
    }, SOON);

    expect(slow.mostOfOneRun()).toBe(1);
    slow.letAllGo();
  }, 40_000);

  test('goes on working when the backend comes back empty', async () => {
    const { queue, ground } = world();
    const seen: string[] = [];
    await queue.work(async (runId) => void seen.push(runId), { concurrency: 2 });
    await queue.wake('run-a');
    await vi.waitFor(() => expect(seen).toEqual(['run-a']), SOON);

    await ground.loseEverything();

    await vi.waitFor(async () => {
      await queue.wake('run-b');
      expect(seen).toContain('run-b');
      expect(await queue.health()).toMatchObject({ ok: true });
    }, HEALED);
  }, 40_000);

  test('an alarm wakes its run, not before its time', async () => {
    const { queue } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 1 });
    const at = new Date(Date.now() + 600);

    await queue.alarm('run-a', at);
    await vi.waitFor(() => expect(slow.calls).toHaveLength(1), SOON);

    expect(slow.calls[0]?.runId).toBe('run-a');
    expect(slow.calls[0]?.at).toBeGreaterThanOrEqual(at.getTime());
    slow.letAllGo();
  });

  test('a run with an alarm set can still be woken at once', async () => {
    const { queue } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 1 });

    await queue.alarm('run-a', new Date(Date.now() + 3_600_000));
    await queue.wake('run-a');

    await vi.waitFor(() => expect(slow.calls).toHaveLength(1), SOON);
    slow.letAllGo();
  });

  test('the same alarm set three times is one job', async () => {
    const { queue, ground } = world();
    const at = new Date(Date.now() + 3_600_000);
    for (let time = 0; time < 3; time += 1) await queue.alarm('run-a', at);
    await queue.close();

    expect(await ground.jobs()).toEqual([{ runId: 'run-a' }]);
  });

  test('an alarm whose time has passed rings at once', async () => {
    const { queue } = world();
    const seen: string[] = [];
    await queue.work(async (runId) => void seen.push(runId), { concurrency: 1 });

    await queue.alarm('run-a', new Date(0));

    await vi.waitFor(() => expect(seen).toEqual(['run-a']), SOON);
  });

  test('close waits for the run in hand and starts no other', async () => {
    const { queue } = world();
    const slow = aSlowAdvance();
    await queue.work(slow.advance, { concurrency: 1 });
    await queue.wake('run-a');
    await vi.waitFor(() => expect(slow.calls).toHaveLength(1), SOON);
    await queue.wake('run-b');

    const order: string[] = [];
    const closed = queue.close().then(() => void order.push('closed'));
    setTimeout(() => {
      order.push(`ended ${slow.ended()}`);
      slow.letGo();
    }, 300);
    await closed;

    expect(order).toEqual(['ended 0', 'closed']);
    expect(slow.ended()).toBe(1);
    expect(slow.calls).toHaveLength(1);
    await expect(queue.wake('run-c')).rejects.toMatchObject({ code: 'queue_away' });
  });

  test('a run that was queued at the end of one process is taken up by the next', async () => {
    const { queue, open } = world();
    await queue.wake('run-a');
    await queue.close();

    const seen: string[] = [];
    const next = await open();
    await next.work(async (runId) => void seen.push(runId), { concurrency: 1 });

    await vi.waitFor(() => expect(seen).toEqual(['run-a']), SOON);
  });

  test('jobs hold the run id and nothing else', async () => {
    const { queue, ground } = world();
    await queue.wake('run-a');
    await queue.alarm('run-b', new Date(Date.now() + 3_600_000));
    await queue.close();

    const jobs = await ground.jobs();

    expect(jobs).toHaveLength(2);
    expect(jobs).toEqual(expect.arrayContaining([{ runId: 'run-a' }, { runId: 'run-b' }]));
  });

  test('what an execution throws is reported, kept out of the backend and not tried again', async () => {
    const { queue, ground, errors } = world();
    const seen: string[] = [];
    const fail = async (runId: string) => {
      seen.push(runId);
      if (runId === 'run-a') throw new Error('refused: canary-4f1d');
    };
    await queue.work(fail, { concurrency: 1 });

    await queue.wake('run-a');
    await vi.waitFor(() => expect(errors).toEqual([new Error('refused: canary-4f1d')]), SOON);
    await queue.wake('run-b');
    await vi.waitFor(() => expect(seen).toContain('run-b'), SOON);
    await queue.close();

    expect(seen).toEqual(['run-a', 'run-b']);
    expect(await ground.stored()).not.toContain('canary-4f1d');
  });
}
