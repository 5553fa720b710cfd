import { describe, expect, test } from 'vitest';
import type { PlannedStep } from '../../src/domain/plan.ts';
import { anEngineWorld, NOBODY, openDying, refusalOf } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const PLACES = ['started', 'effect', 'outcome'] as const;
const KINDS: Pick<PlannedStep, 'repeat' | 'uses'>[] = [
  { uses: 'test.safe', repeat: 'safe' },
  { uses: 'test.probe', repeat: 'probe' },
  { uses: 'test.ask', repeat: 'ask' },
];
const cells = KINDS.flatMap((kind) => PLACES.map((place) => ({ ...kind, place })));

describe('a process that is killed', () => {
  test.each(cells)(
    'at $place of a $uses step has its effect as often as that kind promises',
    async ({ uses, repeat, place }) => {
      const world = await anEngineWorld(
        aPlan([[aPlannedStep('first')], [aPlannedStep('mint', { uses, repeat })], [aPlannedStep('then')]]),
      );
      const dying = await openDying(world, { place, step: 'mint' });
      const id = await dying.begin();
      const next = await world.open();
      await next.engine.advance(id);
      const after = await next.run(id);
      const count = world.outside.effects.get(`${id}.mint.1`) ?? 0;
      if (repeat === 'ask' && place !== 'outcome') {
        expect(after.steps.mint).toMatchObject({
          state: 'in_doubt',
          question: expect.stringContaining('Did it happen?'),
        });
        expect(count).toBe(place === 'started' ? 0 : 1);
        expect(after.finishedAt).toBeNull();
      } else {
        expect(after.outcome).toBe('succeeded');
        expect(count).toBe(repeat === 'safe' && place === 'effect' ? 2 : 1);
      }
      expect(world.outside.effects.get(`${id}.first.1`)).toBe(1);
      const outcomes = await next.ledger.read.audit({ subject: `run:${id}#mint`, limit: 50 });
      expect(outcomes.filter((line) => line.details.includes('"state":"done"')).length).toBeLessThanOrEqual(1);
      expect(await next.ledger.verifyAudit()).toMatchObject({ whole: true });
    },
  );

  test('again and again, at every place of every step, still ends its run with one outcome each', async () => {
    const steps = ['a', 'b', 'c', 'd'];
    const world = await anEngineWorld(
      aPlan(
        [
          [aPlannedStep('a', { uses: 'test.probe', repeat: 'probe' })],
          [
            aPlannedStep('b', { uses: 'test.probe', repeat: 'probe' }),
            aPlannedStep('c', { uses: 'test.probe', repeat: 'probe' }),
          ],
        ],
        [[aPlannedStep('d', { uses: 'test.probe', repeat: 'probe' })]],
      ),
    );
    const first = await openDying(world, { place: 'started', step: 'a' });
    const id = await first.begin();
    for (const step of steps)
      for (const place of PLACES) await (await openDying(world, { place, step })).engine.advance(id).catch(() => {});
    const last = await world.open();
    await last.engine.advance(id);
    expect((await last.run(id)).outcome).toBe('succeeded');
    expect([...world.outside.effects.values()]).toEqual([1, 1, 1, 1]);
    const lines = await last.ledger.read.audit({ limit: 200 });
    for (const step of steps)
      expect(
        lines.filter((line) => line.subject.endsWith(`#${step}`) && line.details.includes('"state":"done"')),
      ).toHaveLength(1);
    expect(lines.filter((line) => line.action === 'run_finished')).toHaveLength(1);
  });

  test('while it takes back goes on taking back', async () => {
    const undoable = (id: string) => aPlannedStep(id, { uses: 'test.undoable', undo: 'undo' });
    const world = await anEngineWorld(aPlan([[undoable('a')], [undoable('b')], [aPlannedStep('c')]]));
    world.outside.results.set('c', () => ({ kind: 'failed', error: 'no', events: [] }));
    const dying = await world.open({ owner: NOBODY });
    world.outside.beforeUndo = (step) => {
      if (step === 'a') dying.mortal.kill();
    };
    const id = await dying.begin();
    world.outside.beforeUndo = () => {};
    const next = await world.open();
    await next.engine.advance(id);
    expect(await next.states(id)).toEqual({ a: 'undone', b: 'undone', c: 'failed' });
    expect(world.outside.undone.filter((step) => step === 'b')).toHaveLength(1);
  });

  test('before it could answer leaves a run that the next process finds by itself', async () => {
    const world = await anEngineWorld(aPlan([[aPlannedStep('a')]]));
    const dying = await world.open({ owner: NOBODY });
    dying.queue.forgets = true;
    const id = await dying.begin();
    dying.mortal.kill();
    const next = await world.open();
    expect(await next.ledger.leases.due(world.now(), () => true)).toEqual([id]);
  });
});

describe('a person settles what a crash left open', () => {
  async function inDoubt() {
    const world = await anEngineWorld(
      aPlan([[aPlannedStep('mint', { uses: 'test.ask', repeat: 'ask' })], [aPlannedStep('then')]]),
    );
    const id = await (await openDying(world, { place: 'effect', step: 'mint' })).begin();
    const rekey = await world.open();
    await rekey.engine.advance(id);
    return { world, rekey, id };
  }
  const press = (happened: boolean, id: string) =>
    ({
      actor: 'person:alice',
      channel: 'slack',
      dedupe: { source: 'slack', id },
      happened,
      reason: 'I looked',
    }) as const;

  test('yes adopts the effect: it is not done again, and the run goes on', async () => {
    const { world, rekey, id } = await inDoubt();
    await rekey.engine.settle(id, 'mint', press(true, '1'));
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
    expect(world.outside.effects.get(`${id}.mint.1`)).toBe(1);
  });

  test('no does it, with the same token', async () => {
    const { world, rekey, id } = await inDoubt();
    await rekey.engine.settle(id, 'mint', press(false, '1'));
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
    expect([...world.outside.effects.keys()]).toContain(`${id}.mint.1`);
    expect((await rekey.run(id)).steps.mint?.token).toBe(`${id}.mint.1`);
  });

  test('is durable with the answer: without any queue the run is due', async () => {
    const { rekey, world, id } = await inDoubt();
    rekey.queue.forgets = true;
    await rekey.engine.settle(id, 'mint', press(true, '1'));
    expect(await rekey.ledger.leases.due(world.now(), () => false)).toEqual([id]);
  });

  test('is refused when there is nothing to settle, and for people who may not answer; both are audited', async () => {
    const { rekey, id } = await inDoubt();
    const refusals = [
      await refusalOf(rekey.engine.settle(id, 'mint', { ...press(true, '1'), actor: 'person:mallory' })),
      await refusalOf(rekey.engine.settle(id, 'then', press(true, '2'))),
    ];
    expect(refusals.map((refusal) => refusal.code)).toEqual(['not_allowed', 'not_in_doubt']);
    const refused = (await rekey.ledger.read.audit({ limit: 50 })).filter((line) => line.action === 'request_refused');
    expect(refused).toHaveLength(2);
  });

  test('stands in the timeline of its incident', async () => {
    const { rekey, id } = await inDoubt();
    await rekey.engine.settle(id, 'mint', press(true, '1'));
    const { incident } = await rekey.run(id);
    const lines = await rekey.ledger.read.audit({ incident: incident as NonNullable<typeof incident>, limit: 50 });
    expect(lines.some((line) => line.actor === 'person:alice' && line.action === 'step_recorded')).toBe(true);
  });
});
