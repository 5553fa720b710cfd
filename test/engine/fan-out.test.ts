import { describe, expect, test } from 'vitest';
import { KeyId, RunId } from '../../src/domain/ids.ts';
import type { JsonObject, Run } from '../../src/domain/run.ts';
import { aKey, alice, MINUTE } from '../support/builders.ts';
import { from, openDying } from '../support/engine-world.ts';
import { aChildPlan, eachOf, FAN, fanStep } from '../support/fan-out-plans.ts';
import {
  advanceAll,
  aFanOutWorld,
  innerEffects,
  itemsOf,
  moreKeys,
  outcomesOf,
  runsByName,
} from '../support/fan-out-world.ts';
import { waitsUntil } from '../support/holding.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/** The names whose run is there now. */
const begun = async (...of: Parameters<typeof runsByName>) => Object.keys(await runsByName(...of));

describe('a list of runs', () => {
  test('starts one, then two, then four, each wave when the one before has ended', async () => {
    const world = await aFanOutWorld(eachOf(NAMES));
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const id = await rekey.begin();
    const waves: string[][] = [];
    for (let round = 0; round < 3; round++) {
      await rekey.engine.advance(id);
      waves.push((await begun(rekey, id)).slice(waves.flat().length));
      for (const run of Object.values(await runsByName(rekey, id))) await rekey.engine.advance(run);
    }
    expect(waves).toEqual([['a'], ['b', 'c'], ['d', 'e', 'f', 'g']]);
    await rekey.engine.advance(id);
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded' });
  });

  test('gives on how many succeeded, and which run took care of what', async () => {
    const world = await aFanOutWorld(eachOf(NAMES, { ramp: 3 }));
    const rekey = await world.open();
    const id = await rekey.begin();
    const { steps, outcome } = await rekey.run(id);
    expect(outcome).toBe('succeeded');
    expect(steps.fan).toMatchObject({
      state: 'done',
      outputs: {
        succeeded: 7,
        failed: 0,
        items: NAMES.map((name, at) => ({ name, run: `${id}-fan-1-${at + 1}`, outcome: 'succeeded' })),
      },
    });
    expect(await rekey.ledger.verifyAudit()).toMatchObject({ whole: true });
  });

  test('of nothing is over at once', async () => {
    const rekey = await (await aFanOutWorld(eachOf([]))).open();
    const run = await rekey.run(await rekey.begin());
    expect(run.steps.fan).toMatchObject({ outputs: { succeeded: 0, failed: 0, items: [] } });
  });

  test('starts no more when one fails, lets those that run end, and says what was left', async () => {
    const world = await aFanOutWorld(eachOf(NAMES, { ramp: 2 }), new Set(['b']));
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const id = await rekey.begin();
    await rekey.engine.advance(id);
    const runs = await runsByName(rekey, id);
    await rekey.engine.advance(runs.b ?? '');
    await rekey.engine.advance(id);
    expect(await rekey.run(id)).toMatchObject({ finishedAt: null });
    expect(await outcomesOf(rekey, id)).toMatchObject({ a: null, b: 'failed', c: 'not_started' });
    await rekey.engine.advance(runs.a ?? '');
    await rekey.engine.advance(id);
    const run = await rekey.run(id);
    expect(run.outcome).toBe('failed');
    expect(run.steps.fan).toMatchObject({
      state: 'failed',
      error: `1 of 7 done, 1 failed, 5 not started, and max_failures allows 0. b: R-CHILD (${runs.b}) failed at verdict: no luck with b.`,
    });
    expect(await begun(rekey, id)).toEqual(['a', 'b']);
  });

  test('goes on past as many failures as the runbook allows', async () => {
    const maxFailures = { kind: 'percent', percent: 30 } as const;
    const world = await aFanOutWorld(eachOf(NAMES, { maxFailures }), new Set(['b', 'd']));
    const rekey = await world.open();
    const id = await rekey.begin();
    const { outcome, steps } = await rekey.run(id);
    expect(outcome).toBe('succeeded');
    expect(steps.fan).toMatchObject({ outputs: { succeeded: 5, failed: 2 } });
  });

  test('starts nothing when more than that cannot even begin', async () => {
    const each = eachOf([], {
      items: () => [
        { name: 'good', inputs: { name: 'good' } },
        { name: 'gone', inputs: { key: { ...(aKeyRef() ?? {}), id: 'key-gone' } } },
      ],
    });
    const rekey = await (await aFanOutWorld(each)).open();
    const id = await rekey.begin();
    expect((await rekey.run(id)).steps.fan).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^Nothing was started, because 1 of 2 cannot be: .*gone: There is no key gone/),
    });
    expect(await itemsOf(rekey, id)).toEqual([]);
  });

  test('is cancelled with the run that it belongs to', async () => {
    const world = await aFanOutWorld(eachOf(NAMES, { ramp: 2 }));
    world.outside.results.set('inner', waitsUntil(60 * MINUTE));
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.queue.settle();
    await rekey.engine.cancel(id, { ...from(alice), reason: 'false alarm' });
    await advanceAll(world, rekey);
    expect(await rekey.run(id)).toMatchObject({ outcome: 'cancelled' });
    for (const run of Object.values(await runsByName(rekey, id)))
      expect(await rekey.run(run)).toMatchObject({ outcome: 'cancelled' });
    expect(await begun(rekey, id)).toEqual(['a', 'b']);
  });

  test('does not lose a run that ends while its end is being counted', async () => {
    const world = await aFanOutWorld(eachOf(['a', 'b'], { ramp: 2 }));
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const id = await rekey.begin();
    await rekey.engine.advance(id);
    const { a = '', b = '' } = await runsByName(rekey, id);
    await rekey.engine.advance(a);
    const other = await world.open();
    // Between the look of the one process and its recording, the other one ends the second run.
    let isFirst = true;
    rekey.mortal.beforeRecord = () => {};
    const read = rekey.deps.ledger.read.fanOutItems;
    rekey.deps.ledger = {
      ...rekey.deps.ledger,
      read: {
        ...rekey.deps.ledger.read,
        fanOutItems: async (...of) => {
          const items = await read(...of);
          if (isFirst) {
            isFirst = false;
            await other.engine.advance(b);
          }
          return items;
        },
      },
    };
    await rekey.engine.advance(id);
    await advanceAll(world, other);
    expect(await other.run(id)).toMatchObject({ outcome: 'succeeded' });
  });
});

function aKeyRef() {
  const { id, slug, version, service, environment, owner, escalation, state } = aKey({ slug: 'gone' });
  return { id, slug, version, class: aKey().class, service, environment, owner, escalation, state };
}

describe('a fan-out that failed and is tried again', () => {
  const retry = { ...from(alice), reason: 'the network is back' };

  test('starts only what failed and what was not started, under new names', async () => {
    const failing = new Set(['c']);
    const world = await aFanOutWorld(eachOf(NAMES), failing);
    const rekey = await world.open();
    const id = await rekey.begin();
    const first = await runsByName(rekey, id);
    expect(await outcomesOf(rekey, id)).toMatchObject({
      a: 'succeeded',
      b: 'succeeded',
      c: 'failed',
      d: 'not_started',
    });
    failing.clear();
    await rekey.engine.retry(id, FAN, retry);
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded' });
    const second = await runsByName(rekey, id);
    expect([second.a, second.b]).toEqual([first.a, first.b]);
    expect([second.c, second.d]).toEqual([`${id}-fan-2-3`, `${id}-fan-2-4`]);
    expect([...innerEffects(world).values()]).toEqual(Array.from({ length: NAMES.length + 1 }, () => 1));
  });
});

describe('runs about keys', () => {
  test('each is about the key among its inputs', async () => {
    const world = await aFanOutWorld(eachOf([]));
    const keys = await moreKeys(world, ['alpha', 'beta']);
    world.setPlan({ ...aPlan([[fanStep(eachOf([], { items: () => keys }))]]), hash: 'f'.repeat(64) });
    const rekey = await world.open();
    const id = await rekey.begin();
    const runs = await runsByName(rekey, id);
    expect((await rekey.run(RunId.parse(runs.alpha))).key).toBe('key-alpha');
    expect((await rekey.run(RunId.parse(runs.beta))).key).toBe('key-beta');
  });

  async function withAnOpenRun(
    holding: Partial<Run> = {},
    { asked = {}, mayFail = 0 }: { asked?: JsonObject; mayFail?: number } = {},
  ) {
    const world = await aFanOutWorld(eachOf([]));
    const keys = await moreKeys(world, ['alpha', 'beta']);
    const own = { name: 'payments-prod', inputs: { key: { ...aKeyRef(), id: aKey().id, slug: aKey().slug } } };
    const items = [...keys, own].map(({ name, inputs }) => ({ name, inputs: { ...inputs, ...asked } }));
    const each = eachOf([], { items: () => items, ramp: 3, maxFailures: { kind: 'count', count: mayFail } });
    world.setPlan({ ...aPlan([[fanStep(each)]]), hash: 'f'.repeat(64) });
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const plan = { ...aPlan([[aPlannedStep('only')]]), hash: '9'.repeat(64) };
    world.setRunbook('R-OTHER', plan);
    const parent = await rekey.begin();
    const open = {
      ...(await rekey.run(parent)),
      id: RunId.parse('run-other'),
      incident: null,
      key: KeyId.parse('key-alpha'),
      // The one that the items start, as it was when somebody else began it.
      runbook: { id: 'R-CHILD', hash: plan.hash, text: 'runbook: R-CHILD' },
      ...holding,
    };
    await recordEvents(rekey.ledger, [{ type: 'run_started', run: open }]);
    await rekey.engine.advance(parent);
    return { world, rekey, parent, open };
  }

  test('an open run of the key is waited for and its outcome counts; the key of the fan-out itself is no reason to wait', async () => {
    const { world, rekey, parent, open } = await withAnOpenRun();
    const items = await itemsOf(rekey, parent);
    expect(items.map(({ name, joined, run }) => [name, joined, run])).toEqual([
      ['alpha', true, open.id],
      ['beta', false, `${parent}-fan-1-2`],
      ['payments-prod', false, `${parent}-fan-1-3`],
    ]);
    await advanceAll(world, rekey);
    expect(await rekey.run(parent)).toMatchObject({ outcome: 'succeeded' });
    expect(await outcomesOf(rekey, parent)).toMatchObject({ alpha: 'succeeded' });
  });

  test.each([
    ['of another runbook', { runbook: { id: 'R-OTHER', hash: '9'.repeat(64), text: 'runbook: R-OTHER' } }, 'R-OTHER'],
    ['that does less than is asked for', { inputs: { situation: 'expired' } }, 'as expired'],
  ])(
    'an open run of the key %s does not stand for the item, which fails and says what runs there',
    async (_what, holding, words) => {
      const { rekey, parent } = await withAnOpenRun(holding, { asked: { situation: 'exploited' }, mayFail: 1 });
      const [alpha, beta] = await itemsOf(rekey, parent);
      expect(alpha).toMatchObject({ outcome: 'failed', run: null, why: expect.stringContaining(words) });
      expect(beta).toMatchObject({ outcome: null, joined: false });
    },
  );

  test('an open run of the key that does as much is waited for', async () => {
    const { rekey, parent, open } = await withAnOpenRun(
      { inputs: { situation: 'exploited' } },
      { asked: { situation: 'suspected' } },
    );
    expect((await itemsOf(rekey, parent))[0]).toMatchObject({ joined: true, run: open.id });
  });

  test('cancelling the fan-out leaves a run alone that was there before', async () => {
    const { rekey, parent, open } = await withAnOpenRun();
    await rekey.engine.cancel(parent, { ...from(alice), reason: 'false alarm' });
    expect((await rekey.run(open.id)).cancelRequestedAt).toBeNull();
    expect((await rekey.run(RunId.parse(`${parent}-fan-1-2`))).cancelRequestedAt).not.toBeNull();
  });

  test('a second try counts a run that was waited for, had failed, and was brought to a good end meanwhile', async () => {
    const { world, rekey, parent, open } = await withAnOpenRun();
    world.outside.results.set('only', () => ({ kind: 'failed', error: 'no', events: [] }));
    await advanceAll(world, rekey);
    expect(await outcomesOf(rekey, parent)).toMatchObject({ alpha: 'failed', beta: 'succeeded' });
    world.outside.results.delete('only');
    await rekey.engine.retry(open.id, null, { ...from(alice), reason: 'by hand' });
    await advanceAll(world, rekey);
    await rekey.engine.retry(parent, FAN, { ...from(alice), reason: 'the other one is through' });
    await advanceAll(world, rekey);
    expect(await rekey.run(parent)).toMatchObject({ outcome: 'succeeded' });
    expect(await runsByName(rekey, parent)).toMatchObject({ alpha: open.id });
  });

  test('a run that waits for this one is not waited for', async () => {
    const { rekey, parent, open } = await withAnOpenRun();
    const waiting = { kind: 'run', id: parent, until: null } as const;
    const record = (await rekey.run(parent)).steps.fan;
    if (record === undefined) throw new Error('the fan-out has not begun');
    await recordEvents(rekey.ledger, [
      { type: 'step_recorded', run: open.id, record: { ...record, state: 'waiting', waiting, answered: false } },
    ]);
    const second = RunId.parse('run-second');
    const runbook = { id: 'R-FAN', hash: 'f'.repeat(64), text: 'runbook: R-FAN' };
    const child = { ...(await rekey.run(parent)), id: second, parent: { run: parent, step: FAN }, runbook, steps: {} };
    await recordEvents(rekey.ledger, [{ type: 'run_started', run: child }]);
    await rekey.engine.advance(second);
    expect((await rekey.run(second)).steps.fan).toMatchObject({ state: 'waiting' });
    const [alpha] = await itemsOf(rekey, second);
    expect(alpha).toMatchObject({ outcome: 'failed', why: expect.stringContaining('waits for this run itself') });
  });

  test('a runbook with open_runs: any begins beside the run that has the key', async () => {
    const world = await aFanOutWorld(eachOf([]));
    const keys = await moreKeys(world, ['alpha']);
    world.setRunbook('R-CHILD', aChildPlan({ openRuns: 'any' }));
    world.setPlan({ ...aPlan([[fanStep(eachOf([], { items: () => keys }))]]), hash: 'f'.repeat(64) });
    const rekey = await world.open();
    rekey.queue.forgets = true;
    const parent = await rekey.begin();
    const open = { ...(await rekey.run(parent)), id: RunId.parse('run-other'), key: KeyId.parse('key-alpha') };
    await recordEvents(rekey.ledger, [{ type: 'run_started', run: open }]);
    await rekey.engine.advance(parent);
    expect(await itemsOf(rekey, parent)).toMatchObject([{ joined: false, run: `${parent}-fan-1-1` }]);
  });
});

describe('a process that is killed in a fan-out', () => {
  test.each(['started', 'effect', 'outcome'])('at %s of the fan-out starts nothing twice', async (place) => {
    const world = await aFanOutWorld(eachOf(NAMES));
    const dying = await openDying(world, { place, step: 'fan' });
    const id = await dying.begin();
    const next = await world.open();
    await advanceAll(world, next);
    expect(await next.run(id)).toMatchObject({ outcome: 'succeeded' });
    expect([...innerEffects(world).values()]).toEqual(NAMES.map(() => 1));
    const started = (await next.ledger.read.audit({ limit: 500 })).filter((line) => line.action === 'run_started');
    expect(started).toHaveLength(NAMES.length + 1);
    expect(await next.ledger.verifyAudit()).toMatchObject({ whole: true });
  });
});
