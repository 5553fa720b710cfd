import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedStep } from '../../src/domain/plan.ts';
import { toldBy } from '../../src/domain/timeline.ts';
import { Refusal } from '../../src/errors.ts';
import { alice, bob } from '../support/builders.ts';
import { anEngineWorld, type EngineProcess, type EngineWorld, from } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

type Kind = 'undoable' | 'safe' | 'ask' | 'final';
const drafts = fc.record({
  kind: fc.constantFrom<Kind>('undoable', 'undoable', 'safe', 'ask', 'final'),
  onFailure: fc.constantFrom<PlannedStep['onFailure']['kind']>('stop', 'stop', 'continue'),
  /** Which generation of it fails, if any. */
  failsAt: fc.integer({ min: 0, max: 3 }),
  undoFails: fc.integer({ min: 0, max: 9 }),
});
const verbs = fc.record({
  verb: fc.constantFrom('pause', 'resume', 'skip', 'retry', 'cancel', 'rerun', 'answer', 'pass'),
  at: fc.nat(6),
});
const stories = fc.record({
  stages: fc.array(fc.array(drafts, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
  verbs: fc.array(verbs, { maxLength: 9 }),
});
type Story = typeof stories extends fc.Arbitrary<infer T> ? T : never;

const USES: Record<Kind, Partial<PlannedStep>> = {
  undoable: { uses: 'test.undoable', undo: 'undo' },
  safe: { uses: 'test.safe' },
  ask: { uses: 'ask', effect: 'reads', resolve: () => ({ question: 'On?', assignee: 'alice', evidence: 'none' }) },
  final: { uses: 'test.final', undo: 'point_of_no_return' },
};

/** One world for all stories: each run has ended before the next one begins. */
type Shared = { world: EngineWorld; rekey: EngineProcess; told: number };

async function play({ world, rekey, told }: Shared, { stages, verbs: said }: Story) {
  const named = stages.map((stage, index) => stage.map((draft, place) => ({ ...draft, id: `s${index}${place}` })));
  const plan = aPlan(
    named.map((stage) =>
      stage.map(({ id, kind, onFailure }) =>
        aPlannedStep(id, {
          ...USES[kind],
          onFailure: onFailure === 'continue' ? { kind: 'continue' } : { kind: 'stop' },
        }),
      ),
    ),
    [[aPlannedStep('last')]],
  );
  world.setPlan({ ...plan, hash: String(told).padStart(64, '0') });
  for (const { id, failsAt } of named.flat())
    world.outside.results.set(id, ({ step }) =>
      step.token.endsWith(`.${failsAt}`)
        ? { kind: 'failed', error: 'no', events: [] }
        : { kind: 'done', outputs: {}, events: [] },
    );
  const stuck = new Set(named.flat().flatMap(({ id, undoFails }) => (undoFails === 0 ? [id] : [])));
  world.outside.beforeUndo = (id) => {
    if (stuck.has(id)) throw new Error('no route to host');
  };
  const id = await rekey.begin();
  const ids = named.flat().map((one) => one.id);
  const because = () => ({ ...from(bob), reason: 'at random' });
  for (const { verb, at } of said) {
    await attempt({ verb, step: ids[at % ids.length] ?? 's00' });
    await rekey.queue.settle();
  }
  await end();
  return { id, run: await rekey.run(id), named: named.flat() };

  async function attempt({ verb, step }: { verb: string; step: string }): Promise<void> {
    try {
      if (verb === 'skip') await rekey.engine.skip(id, step, because());
      else if (verb === 'rerun') await rekey.engine.rerun(id, step, because());
      else if (verb === 'retry') await rekey.engine.retry(id, null, because());
      else if (verb === 'answer') await answerOne();
      else if (verb === 'pass') await rekey.queue.ring(world.pass(10_000));
      else if (verb === 'pause' || verb === 'resume' || verb === 'cancel') await rekey.engine[verb](id, because());
    } catch (error) {
      // Everything that is refused is refused with a sentence; anything else is a defect.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  async function answerOne(): Promise<boolean> {
    const [open] = await rekey.ledger.read.openAsksOfRun(id);
    if (open === undefined) return false;
    await rekey.engine.answer(open.token, { ...from(alice), person: alice, yes: true, evidence: '' });
    return true;
  }

  async function end(): Promise<void> {
    for (let round = 0; round < 40 && (await rekey.run(id)).finishedAt === null; round++) {
      await attempt({ verb: 'resume', step: '' });
      await attempt({ verb: 'answer', step: '' });
      await rekey.queue.ring(world.pass(60_000));
    }
  }
}

test('random verbs at random moments: one outcome, no token twice, and everything that was begun is taken back or reported', async () => {
  const world = await anEngineWorld();
  const rekey = await world.open();
  let count = 0;
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      count += 1;
      const { id, run, named } = await play({ world, rekey, told: count }, story);
      expect(run.outcome).not.toBeNull();
      for (const [token, times] of world.outside.effects) expect(`${token} ${times}`).toBe(`${token} 1`);
      const told = (await rekey.ledger.read.audit({ run: id, limit: 2_000 })).map(toldBy);
      const lines = (type: string) => told.filter((one) => one.type === type).length;
      expect(lines('run_finished') - lines('run_reopened')).toBe(1);

      const isFinal = named.some((one) => one.kind === 'final');
      const reported = new Set(
        told.flatMap((one) =>
          one.type === 'step_recorded' && one.record.undoError !== null ? [one.record.token] : [],
        ),
      );
      const takenBack = new Set(world.outside.undoneBy.map(({ token }) => token));
      for (const { id: step } of named.filter((one) => one.kind === 'undoable' && !isFinal)) {
        for (const token of [...world.outside.effects.keys()].filter((one) => one.startsWith(`${id}.${step}.`))) {
          const stands = run.outcome === 'succeeded' && run.steps[step]?.token === token;
          expect(stands || takenBack.has(token) || reported.has(token) ? '' : `${token} was left behind`).toBe('');
        }
      }
    }),
    { numRuns: 80 },
  );
  expect(await rekey.ledger.verifyAudit()).toMatchObject({ whole: true });
}, 120_000);
