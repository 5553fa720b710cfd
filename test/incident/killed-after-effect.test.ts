import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playPeople } from '../support/incident-people.ts';
import { provesWell, STEPS } from '../support/incident-proof.ts';
import { aMadeQueue, anIncidentWorld } from '../support/incident-world.ts';

// The worst place: it happened, and nobody wrote it down. `:2` is the attempt that people's answer woke.
const EFFECTS = [...STEPS, 'go:2', 'redeployed:2'].map((step) => `effect:${step}`);

let queue: Awaited<ReturnType<typeof aMadeQueue>>;
beforeAll(async () => {
  queue = await aMadeQueue();
});
afterAll(() => queue[Symbol.dispose]());

const endsWell = async (faultAt: string) => {
  await using world = await anIncidentWorld({ queueFolder: queue.folder });
  const people = playPeople(world.slack);
  await world.bot.start({ FAULT_AT: faultAt });
  await world.raise().catch(() => {});
  expect(await world.bot.ended()).toMatchObject({ signal: 'SIGKILL' });

  await world.bot.start();
  await provesWell(world);
  await people.stop();
};

// Two at a time: a killed bot mostly waits.
for (const lane of [0, 1])
  describe.concurrent(`a bot that is killed between an effect and its record (${lane})`, () => {
    test.each(EFFECTS.filter((_, index) => index % 2 === lane))(
      'at %s: one key and one message per fact all the same, and the incident is closed',
      { concurrent: false, timeout: 90_000 },
      endsWell,
    );
  });
