import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playPeople } from '../support/incident-people.ts';
import { provesWell, STEPS } from '../support/incident-proof.ts';
import { aMadeQueue, anIncidentWorld, type WorldOptions } from '../support/incident-world.ts';
import { hasPostgres, startPostgres } from '../support/postgres-server.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';
import type { TestServer } from '../support/server-process.ts';

const STARTED = STEPS.map((step) => `started:${step}`);
// A step that waits for people has two outcomes: that it asked, and what they said.
const OUTCOME = STEPS.flatMap((step) => (step === 'go' || step === 'redeployed' ? [step, step] : [step])).map(
  (step) => `outcome:${step}`,
);

describe.concurrent('one incident whose bot is killed again and again', () => {
  const servers: TestServer[] = [];
  let onRedis: WorldOptions;
  let onPostgres: WorldOptions;
  beforeAll(async () => {
    const queue = hasRedis && hasPostgres ? null : await aMadeQueue();
    const embedded: WorldOptions = queue === null ? {} : { queueFolder: queue.folder };
    const on = async (start: (() => Promise<TestServer>) | null): Promise<WorldOptions> => {
      if (start === null) return embedded;
      const server = await start();
      servers.push(server);
      return { queueUrl: server.url };
    };
    onRedis = await on(hasRedis ? startRedis : null);
    onPostgres = await on(hasPostgres ? startPostgres : null);
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });

  test('as soon as each step has started, on Redis where there is one', () => survives(STARTED, onRedis), 150_000);
  test(
    'as soon as each outcome is recorded, on PostgreSQL where there is one',
    () => survives(OUTCOME, onPostgres),
    150_000,
  );
});

async function survives(faults: readonly string[], options: WorldOptions): Promise<void> {
  await using world = await anIncidentWorld(options);
  const people = playPeople(world.slack);
  const raised = world.raise();
  for (const faultAt of faults) {
    await world.bot.start({ FAULT_AT: faultAt });
    expect(await world.bot.ended(), faultAt).toMatchObject({ signal: 'SIGKILL' });
  }
  await raised;
  await world.bot.start();
  await provesWell(world);
  await people.stop();
}
