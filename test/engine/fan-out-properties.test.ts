import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MaxFailures, Ramp } from '../../src/domain/fan-out.ts';
import type { RunId } from '../../src/domain/ids.ts';
import { type EngineProcess, type EngineWorld, NOBODY } from '../support/engine-world.ts';
import { eachOf, FAN } from '../support/fan-out-plans.ts';
import { aFanOutWorld, innerEffects, itemsOf } from '../support/fan-out-world.ts';
import { ProcessKilled } from '../support/mortal-ledger.ts';

interface Story {
  items: number;
  ramp: Ramp;
  maxFailures: MaxFailures;
  failing: number[];
  /** After how many fault points each process dies; a process that has none left lives. */
  deaths: number[];
  /** Which of the due runs goes next, again and again. */
  order: number[];
}

const stories: fc.Arbitrary<Story> = fc.record({
  items: fc.integer({ min: 1, max: 9 }),
  ramp: fc.oneof(fc.constant('doubling' as const), fc.integer({ min: 1, max: 4 })),
  maxFailures: fc.oneof(
    fc.record({ kind: fc.constant('count' as const), count: fc.nat(3) }),
    fc.record({ kind: fc.constant('percent' as const), percent: fc.nat(100) }),
  ),
  failing: fc.uniqueArray(fc.nat(8), { maxLength: 4 }),
  deaths: fc.array(fc.nat(9), { maxLength: 5 }),
  order: fc.array(fc.nat(7), { minLength: 1, maxLength: 8 }),
});

const nameOf = (at: number) => `item-${at}`;

/** Plays the story to its end: processes die where it says, and the next one goes on with whatever is due, in any order. */
async function played(story: Story) {
  const names = Array.from({ length: story.items }, (_, at) => nameOf(at));
  const { ramp, maxFailures } = story;
  const world = await aFanOutWorld(eachOf(names, { ramp, maxFailures }), new Set(story.failing.map(nameOf)));
  const deaths = [...story.deaths];
  let rekey = await aProcess(world, deaths.shift());
  const id = await rekey.begin();
  for (let turn = 0; ; turn++) {
    const due = await rekey.ledger.leases.due(world.now(), () => true);
    if (due.length === 0) break;
    const next = due[(story.order[turn % story.order.length] ?? 0) % due.length];
    const alive = await rekey.engine.advance(next ?? id).then(
      () => true,
      () => false,
    );
    if (!alive) rekey = await aProcess(world, deaths.shift());
  }
  return { world, rekey, id };
}

async function aProcess(world: EngineWorld, diesAfter: number | undefined): Promise<EngineProcess> {
  let left = diesAfter ?? Number.POSITIVE_INFINITY;
  const process: EngineProcess = await world.open({
    owner: NOBODY,
    faultPoint: () => {
      left -= 1;
      if (left > 0) return;
      process.mortal.kill();
      throw new ProcessKilled('killed at a fault point');
    },
  });
  process.queue.forgets = true;
  return process;
}

/** What the audit says of this fan-out, in order. */
async function historyOf({ ledger }: EngineProcess, id: RunId) {
  const lines = (await ledger.read.audit({ limit: 10_000 })).reverse();
  return lines.flatMap(({ action, details, run }): { what: 'started' | 'ended'; run: string; failed: boolean }[] => {
    const event = JSON.parse(details) as { run?: { parent: { run: string } | null }; outcome?: string };
    if (action === 'run_started' && event.run?.parent?.run === id)
      return [{ what: 'started', run: run ?? '', failed: false }];
    if (action === 'run_finished' && run !== id)
      return [{ what: 'ended', run: run ?? '', failed: event.outcome !== 'succeeded' }];
    return [];
  });
}

/**
 * The rules once more, independently: what may run at once, what may begin after so many failures, and what has to become of each item.
 * Knows nothing of items and waves but the order in which runs began and ended.
 */
function check({ ramp, maxFailures, items }: Story, history: Awaited<ReturnType<typeof historyOf>>) {
  const allowed = maxFailures.kind === 'count' ? maxFailures.count : Math.floor((items / 100) * maxFailures.percent);
  const open = new Set<string>();
  const seen = new Set<string>();
  let failures = 0;
  let wave = 0;
  let left = 0;
  for (const { what, run, failed } of history) {
    if (what === 'ended') {
      open.delete(run);
      failures += failed ? 1 : 0;
      continue;
    }
    expect(seen.has(run), `${run} begins once`).toBe(false);
    expect(failures, 'nothing begins after too many failures').toBeLessThanOrEqual(allowed);
    if (left === 0) {
      if (ramp === 'doubling') expect(open.size, 'a wave waits for the one before').toBe(0);
      left = 2 ** wave++;
    }
    left -= 1;
    seen.add(run);
    open.add(run);
    if (ramp !== 'doubling') expect(open.size, 'as many at once as the ramp says').toBeLessThanOrEqual(ramp);
  }
  expect(open.size, 'every run ended').toBe(0);
  if (failures <= allowed) expect(seen.size, 'every item was begun').toBe(items);
  return { failures, begun: seen.size, tooMany: failures > allowed };
}

test('however it is killed and in whatever order runs end, a list of runs keeps its ramp and its threshold, and loses and repeats nothing', {
  timeout: 180_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const { world, rekey, id } = await played(story);
      const { failures, begun: started, tooMany } = check(story, await historyOf(rekey, id));
      const run = await rekey.run(id);
      expect(run.outcome).toBe(tooMany ? 'failed' : 'succeeded');
      expect(run.steps[FAN]?.state).toBe(tooMany ? 'failed' : 'done');
      const items = await itemsOf(rekey, id);
      expect(items).toHaveLength(story.items);
      for (const { index, run: child, outcome } of items) {
        const fails = story.failing.includes(index - 1);
        expect(outcome).toBe(child === null ? 'not_started' : fails ? 'failed' : 'succeeded');
      }
      expect(items.filter((item) => item.outcome === 'failed')).toHaveLength(failures);
      expect(items.filter((item) => item.run !== null)).toHaveLength(started);
      expect([...innerEffects(world).values()].every((count) => count === 1)).toBe(true);
      expect(await rekey.ledger.verifyAudit()).toMatchObject({ whole: true });
    }),
    { numRuns: 40 },
  );
});
