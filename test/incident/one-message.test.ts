import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Surface } from '../../src/domain/announce.ts';
import { playPeople } from '../support/incident-people.ts';
import { provesWell, waitsAt } from '../support/incident-proof.ts';
import { aMadeQueue, anIncidentWorld } from '../support/incident-world.ts';

// All that an incident shows which goes well, in which nobody is late and nobody has to say anything.
const SURFACES: readonly Surface[] = [
  'incident',
  'run',
  'approval',
  'approval_dm',
  'ask',
  'ask_dm',
  'notice',
  'recovered',
  'summary',
  'summary_part',
  'follow_up',
  'retrospective',
];

let queue: Awaited<ReturnType<typeof aMadeQueue>>;
beforeAll(async () => {
  queue = await aMadeQueue();
});
afterAll(() => queue[Symbol.dispose]());

describe.concurrent('each fact is one message in Slack', () => {
  test('also when the bot dies between each kind of post and its record', async () => {
    await using world = await anIncidentWorld({ queueFolder: queue.folder });
    const people = playPeople(world.slack);
    const killedAfter = new Set<string>();
    // Told after the post took effect and before its answer leaves.
    world.slack().wire.subscribe(({ name, body }) => {
      const surface = name === 'chat.postMessage' ? surfaceOf(body) : null;
      if (surface === null || killedAfter.has(surface)) return;
      killedAfter.add(surface);
      void world.bot.kill();
    });
    const raised = world.raise();
    while (killedAfter.size < SURFACES.length) {
      await world.bot.start();
      await world.bot.ended();
    }
    await raised;
    await world.bot.start();
    await provesWell(world);
    await people.stop();
    expect([...killedAfter].sort()).toEqual([...SURFACES].sort());
    // Thirteen starts of a whole bot.
  }, 180_000);

  test('also when Slack loses answers, throttles and delivers twice', async () => {
    await using world = await anIncidentWorld({ queueFolder: queue.folder });
    const people = playPeople(world.slack);
    await world.bot.start();
    const { faults } = world.slack();
    faults.duplicateDelivery(true);
    faults.loseReplyNext(4, 'chat.postMessage');
    faults.loseReplyNext(2, 'chat.update');
    // Looking for what was posted is throttled too, which says nothing about the post.
    for (const method of ['conversations.history', 'conversations.replies', 'conversations.open'])
      faults.rateLimitNext(1, 1, method);
    await world.raise();
    await provesWell(world);
    await people.stop();
  }, 60_000);

  test('also when Slack is away twice, while the incident goes as far as it can without people', async () => {
    await using world = await anIncidentWorld({ queueFolder: queue.folder });
    await world.bot.start();
    await world.stopSlack();
    await world.raise();
    await waitsAt(world, 'go');
    await world.startSlack();
    const bob = playPeople(world.slack, { only: 'bob' });
    await waitsAt(world, 'redeployed');
    await bob.stop();
    await world.stopSlack();
    await world.startSlack();
    const carol = playPeople(world.slack, { only: 'carol' });
    await provesWell(world);
    await carol.stop();
  }, 60_000);
});

function surfaceOf(body: unknown): string | null {
  return /"msg-([a-z_]+)-/.exec(JSON.stringify(body))?.[1] ?? null;
}
