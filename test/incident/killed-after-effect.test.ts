import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playPeople } from '../support/incident-people.ts';
import { provesWell, STEPS } from '../support/incident-proof.ts';
import { aMadeQueue, anIncidentWorld, type WorldOptions } from '../support/incident-world.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';
import type { TestServer } from '../support/server-process.ts';

// The worst place: it happened, and nobody wrote it down. `:2` is the attempt that people's answer woke.
const EFFECTS = [...STEPS, 'go:2', 'redeployed:2'].map((step) => `effect:${step}`);

let queue: Awaited<ReturnType<typeof aMadeQueue>>;
let redis: TestServer | null = null;
beforeAll(async () => {
  queue = await aMadeQueue();
  redis = hasRedis ? await startRedis() : null;
});
afterAll(async () => {
  queue[Symbol.dispose]();
  await redis?.stop();
});

const onEmbedded = () => ({ queueFolder: queue.folder });
const lanes = [
  { lane: 'on the embedded queue', options: onEmbedded },
  { lane: 'on Redis where there is one', options: () => (redis === null ? onEmbedded() : { queueUrl: redis.url }) },
];

const endsWell = async (faultAt: string, options: WorldOptions) => {
  await using world = await anIncidentWorld(options);
  const people = playPeople(world.slack);
  await world.bot.start({ FAULT_AT: faultAt });
  await world.raise().catch(() => {});
  expect(await world.bot.ended()).toMatchObject({ signal: 'SIGKILL' });

  await world.bot.start();
  await provesWell(world);
  await people.stop();
};

// Two at a time: a killed bot mostly waits.
for (const [index, { lane, options }] of lanes.entries())
  describe.concurrent(`a bot that is killed between an effect and its record, ${lane}`, () => {
    test.each(EFFECTS.filter((_, at) => at % lanes.length === index))(
      'at %s: one key and one message per fact all the same, and the incident is closed',
      { concurrent: false, timeout: 90_000 },
      (faultAt) => endsWell(faultAt, options()),
    );
  });
