import { expect, test } from 'vitest';
import { cached, learnsNewAfter, refusingNew } from '../../src/drill/verdicts.ts';
import { Secret } from '../../src/secret.ts';
import { NOON } from '../support/builders.ts';

function aWorld() {
  let at = NOON.getTime();
  let status = 'valid';
  return {
    now: () => new Date(at),
    pass: (seconds: number) => {
      at += seconds * 1_000;
    },
    verify: async () => ({ status, id: 'key-1' }),
    revoke: () => {
      status = 'revoked';
    },
  };
}

const key = new Secret('not-a-key');

test('a cache lets a revoked key through until its time is over', async () => {
  const world = aWorld();
  const { verify } = cached(world.verify, { keepMs: 90_000, now: world.now });
  await verify(key, 'worker');
  world.revoke();
  world.pass(89);
  expect((await verify(key, 'worker')).status).toBe('valid');
  world.pass(1);
  expect((await verify(key, 'worker')).status).toBe('revoked');
});

test('a cache that is cleared asks again at once', async () => {
  const world = aWorld();
  const cache = cached(world.verify, { keepMs: Number.POSITIVE_INFINITY, now: world.now });
  await cache.verify(key, 'worker');
  world.revoke();
  cache.clear();
  expect((await cache.verify(key, 'worker')).status).toBe('revoked');
});

test('a place that learns late refuses a new key first, and an old one never', async () => {
  const world = aWorld();
  const isOver = learnsNewAfter(20_000, world.now);
  const late = refusingNew(world.verify, { isOld: (text) => text === 'old', isOver });
  expect((await late(new Secret('old'), 'worker')).status).toBe('valid');
  expect((await late(key, 'worker')).status).toBe('not_found');
  world.pass(20);
  expect((await late(key, 'worker')).status).toBe('valid');
});
