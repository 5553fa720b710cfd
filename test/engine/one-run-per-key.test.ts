import { describe, expect, test } from 'vitest';
import { KeyId, RunId } from '../../src/domain/ids.ts';
import type { JsonObject, OpenRuns } from '../../src/domain/run.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { aKey, alice, bob } from '../support/builders.ts';
import { anEngineWorld, type EngineProcess, type EngineWorld, from, refusalOf } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const ORDERS = aKey({
  id: KeyId.parse('key-orders'),
  slug: 'orders-prod',
  externalRef: 'ref-orders',
  digest: null,
  predecessor: null,
});
const holdsOpen = (hash: string, openRuns: OpenRuns = 'one_per_key') => ({
  ...aPlan([
    [aPlannedStep('held', { uses: 'ask', effect: 'reads', resolve: () => ({ question: 'Done?', assignee: 'bob' }) })],
  ]),
  openRuns,
  hash: hash.repeat(64),
});
const starting = (inputs: JsonObject = {}, hash = 'e') => ({
  ...aPlan([
    [
      aPlannedStep('child', {
        uses: 'runbook.start',
        resolve: () => ({ runbook: 'R-CHILD', inputs: { key: keyRefOf(ORDERS), ...inputs } }),
      }),
    ],
  ]),
  hash: hash.repeat(64),
});
const urgent = (situation: 'expired' | 'exploited' = 'expired') =>
  ({ ...from(alice), slug: 'orders-prod', situation, reason: 'it is out' }) as const;

async function aWorld(inputs: JsonObject = {}): Promise<{ world: EngineWorld; here: EngineProcess }> {
  const world = await anEngineWorld(starting(inputs));
  world.setRunbook('R-CHILD', holdsOpen('c'));
  const here = await world.open();
  await recordEvents(here.ledger, [{ type: 'key_issued', key: ORDERS }]);
  return { world, here };
}

describe('a run that another one started has the key in its hands', () => {
  test('so an emergency that it serves joins it', async () => {
    const { world, here } = await aWorld({ situation: 'exploited' });
    const id = await here.begin();
    world.setPlan(holdsOpen('d'));
    expect(await here.engine.rotate(urgent())).toMatchObject({ kind: 'joined', run: `${id}-child-1` });
    expect(await here.ledger.read.holdersOf(ORDERS.id)).toHaveLength(1);
  });

  test.each([
    ['says nothing of how bad it is', {}, 'key_taken'],
    ['does less than is needed', { situation: 'expired' }, 'worse_than_running'],
  ])('so an emergency is refused while it %s, with what runs there', async (_how, inputs, code) => {
    const { world, here } = await aWorld(inputs);
    const id = await here.begin();
    world.setPlan(holdsOpen('d'));
    const refusal = await refusalOf(here.engine.rotate(urgent('exploited')));
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(`${id}-child-1`) });
    expect(await here.ledger.read.holdersOf(ORDERS.id)).toHaveLength(1);
  });

  test('so scheduled runs and due rotations, which wait for it, see it', async () => {
    const { here } = await aWorld();
    const id = await here.begin();
    expect((await here.ledger.read.openRunOfKey(ORDERS.id))?.id).toBe(`${id}-child-1`);
  });

  test('until it is told to stop', async () => {
    const { world, here } = await aWorld();
    const id = await here.begin();
    here.queue.forgets = true;
    await here.engine.cancel(id, { ...from(bob), reason: 'wrong key' });
    world.setPlan(holdsOpen('d'));
    expect((await here.run(RunId.parse(`${id}-child-1`))).finishedAt).toBeNull();
    expect(await here.ledger.read.openRunOfKey(ORDERS.id)).toBeNull();
    expect(await here.engine.rotate(urgent())).toMatchObject({ kind: 'started' });
  });
});

describe('a step that starts a run on a key that another run has', () => {
  async function beside(
    holder: { runbook: string; inputs?: JsonObject },
    inputs: JsonObject = {},
    openRuns?: OpenRuns,
  ) {
    const { world, here } = await aWorld(inputs);
    world.setRunbook('R-CHILD', holdsOpen('c', openRuns));
    world.setPlan(holdsOpen('d'));
    const held = await here.engine.rotate(urgent());
    await here.queue.settle();
    const run = await here.run(RunId.parse(held.run));
    const other = { ...run, id: RunId.parse('run-other'), steps: {}, ...holder };
    await here.engine.cancel(run.id, { ...from(bob), reason: 'the other one has it' });
    await here.queue.settle();
    const runbook = {
      id: holder.runbook,
      hash: 'd'.repeat(64),
      text: `runbook: ${holder.runbook} # ${'d'.repeat(64)}`,
    };
    await recordEvents(here.ledger, [
      { type: 'run_started', run: { ...other, runbook, finishedAt: null, outcome: null, cancelRequestedAt: null } },
    ]);
    await here.engine.advance('run-other');
    world.setPlan(starting(inputs));
    const id = await here.begin();
    return { here, id, step: (await here.run(id)).steps.child };
  }

  test('waits for that one when it is of the same runbook and does as much, and leaves it alone when it is cancelled', async () => {
    const { here, id, step } = await beside({ runbook: 'R-CHILD' });
    expect(step).toMatchObject({ state: 'waiting', waiting: { kind: 'run', id: 'run-other' } });
    await here.engine.cancel(id, { ...from(bob), reason: 'not needed' });
    expect((await here.run(RunId.parse('run-other'))).cancelRequestedAt).toBeNull();
  });

  test.each([
    ['another runbook', { runbook: 'R-OTHER' }, {}, 'R-OTHER'],
    [
      'one that does less',
      { runbook: 'R-CHILD', inputs: { situation: 'expired' } },
      { situation: 'exploited' },
      'exploited',
    ],
  ])('fails when it is of %s, and says what runs there', async (_what, holder, inputs, words) => {
    const { here, step } = await beside(holder, inputs);
    expect(step).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(new RegExp(`run-other.*${words}|${words}.*run-other`)),
    });
    expect(await here.ledger.read.holdersOf(ORDERS.id)).toHaveLength(1);
  });

  test('begins beside it when its runbook leaves the key to others', async () => {
    const { id, step } = await beside({ runbook: 'R-OTHER' }, {}, 'any');
    expect(step).toMatchObject({ state: 'waiting', waiting: { kind: 'run', id: `${id}-child-1` } });
  });
});
