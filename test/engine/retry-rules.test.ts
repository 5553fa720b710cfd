import { expect, test } from 'vitest';
import type { Retry } from '../../src/domain/plan.ts';
import { OutsideTrouble } from '../../src/error-class.ts';
import { anEngineWorld } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const usual = aPlannedStep('any').retry;

/** What became of a step that failed once with this. */
async function afterOne(error: unknown, retry: Partial<Retry>) {
  const world = await anEngineWorld(aPlan([[aPlannedStep('a', { retry: { ...usual, jitter: false, ...retry } })]]));
  world.outside.before = () => {
    throw error;
  };
  const rekey = await world.open();
  const record = (await rekey.run(await rekey.begin())).steps.a;
  return {
    record,
    pauseMs: record?.state === 'waiting' ? (record.waiting.until?.getTime() ?? 0) - world.now().getTime() : null,
  };
}

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

test('only errors of the classes that the runbook names are tried again', async () => {
  expect((await afterOne(refused, { on: ['network', 'timeout'] })).record?.state).toBe('waiting');
  expect((await afterOne(refused, { on: ['rate_limited'] })).record).toMatchObject({
    state: 'failed',
    error: 'connect ECONNREFUSED',
  });
  expect((await afterOne(new Error('a bug'), { on: ['network'] })).record?.state).toBe('failed');
  expect((await afterOne(new Error('a bug'), { on: null })).record?.state).toBe('waiting');
});

test('an attempt that is cut off is a time-out', async () => {
  const step = aPlannedStep('a', { timeoutMs: 20, retry: { ...usual, on: ['timeout'] } });
  const world = await anEngineWorld(aPlan([[step]]));
  world.outside.before = () => new Promise(() => {});
  const rekey = await world.open();
  const record = (await rekey.run(await rekey.begin())).steps.a;
  expect(record).toMatchObject({ state: 'waiting', waiting: { error: 'a did not end within 0.02 s.' } });
});

test('whoever asks to be left alone is left alone for that long', async () => {
  const limited = new OutsideTrouble('rate_limited', 'POST … → 429', { retryAfterMs: 90_000 });
  expect((await afterOne(limited, { backoffMs: 1_000 })).pauseMs).toBe(90_000);
  expect((await afterOne(limited, { backoffMs: 120_000 })).pauseMs).toBe(120_000);
});

test('no pause is longer than the longest', async () => {
  expect((await afterOne(refused, { backoffMs: 60_000, maxBackoffMs: 30_000 })).pauseMs).toBe(30_000);
});
