import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadlineOf, hasPassed } from '../../src/domain/deadlines.ts';
import { StepId } from '../../src/domain/ids.ts';
import { type OnFailure, type Plan, type PlannedStep, stepsOf } from '../../src/domain/plan.ts';
import { isOver, type Phase } from '../../src/domain/run.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';
import { type Played, playMoves } from '../support/play-moves.ts';

// Attempts and waits of the play take a second each: deadlines of a few seconds pass in the middle of everything.
const seconds = fc.integer({ min: 1, max: 12 }).map((count) => count * 1_000);
const maybe = (ms: fc.Arbitrary<number>) => fc.option(ms, { nil: undefined });

type Draft = {
  undo: PlannedStep['undo'];
  repeat: PlannedStep['repeat'];
  onFailure: number;
  deadline: number | undefined;
};

const draft: fc.Arbitrary<Draft> = fc.record({
  undo: fc.constantFrom('undo', 'nothing', 'nothing', 'point_of_no_return'),
  repeat: fc.constantFrom('safe', 'safe', 'probe', 'ask'),
  onFailure: fc.nat(8),
  deadline: maybe(seconds),
});
const stage = fc.array(draft, { minLength: 1, maxLength: 3 });
const PHASED = ['identify', 'contain', 'recover'] as const satisfies Phase[];

const stories = fc.record({
  phases: fc.tuple(...PHASED.map(() => fc.array(stage, { maxLength: 2 }))),
  last: fc.array(stage, { maxLength: 2 }),
  deadlines: fc.record({
    run: maybe(seconds),
    identify: maybe(seconds),
    contain: maybe(seconds),
    recover: maybe(seconds),
  }),
  tape: fc.array(fc.nat(34), { maxLength: 60 }),
  cancelAt: fc.integer({ min: -20, max: 20 }),
  crashes: fc.uniqueArray(fc.nat(25), { maxLength: 4 }),
});
type Story = typeof stories extends fc.Arbitrary<infer T> ? T : never;

function planOf({ phases, last, deadlines }: Story): Plan {
  const count = [...phases.flat(2), ...last.flat()].length;
  let next = 0;
  const build = (phase: Phase | 'finally') => (one: Draft) => {
    const onFailure = onFailureOf(one.onFailure, next, count);
    const deadlineMs = one.deadline ?? null;
    const undo = phase === 'finally' ? 'nothing' : one.undo;
    return aPlannedStep(`s${next++}`, { phase, undo, repeat: one.repeat, onFailure, deadlineMs });
  };
  const forward = PHASED.flatMap((phase, index) => (phases[index] ?? []).map((steps) => steps.map(build(phase))));
  const plan = aPlan(
    forward,
    last.map((steps) => steps.map(build('finally'))),
  );
  const given = Object.entries(deadlines).flatMap(([of, ms]) => (ms === undefined ? [] : [[of, ms]]));
  return { ...plan, deadlinesMs: Object.fromEntries(given) };
}

function onFailureOf(drawn: number, own: number, count: number): OnFailure {
  if (drawn < 4) return { kind: 'stop' };
  if (drawn < 6) return { kind: 'continue' };
  if (drawn < 7 || own + 1 >= count) return { kind: 'ask' };
  return { kind: 'step', step: StepId.parse(`s${count - 1}`) };
}

function always(claim: (plan: Plan, played: Played) => void) {
  fc.assert(
    fc.property(stories, (story) => {
      const plan = planOf(story);
      claim(plan, playMoves(plan, story.tape, { cancelAt: story.cancelAt, crashes: story.crashes }));
    }),
    { numRuns: 3_000 },
  );
}

describe('over random plans with random deadlines of run, phases and steps', () => {
  test('a run ends', () => {
    always((_plan, { stuck, finish }) => {
      expect(stuck).toBeNull();
      expect(finish).not.toBeNull();
    });
  });

  test('finally has run whole before it does', () => {
    always((plan, { run }) => {
      for (const { id } of plan.finally.flat()) {
        expect(isOver(run.steps[id])).toBe(true);
        expect(run.steps[id]?.state).not.toBe('undone');
      }
    });
  });

  test('no step begins, nor is tried again, once its deadline or that of its phase has passed', () => {
    always((plan, { trace }) => {
      const steps = new Map(stepsOf(plan).map((step) => [step.id, step]));
      for (const { what, step: id, before, now } of trace) {
        const step = steps.get(id);
        const deadline = what !== 'start' || step === undefined ? null : deadlineOf(plan, before, step);
        if (deadline !== null) expect(hasPassed(deadline, now)).toBe(false);
      }
    });
  });

  test('nothing goes forward but finally once the deadline of the run has passed', () => {
    always((plan, { trace, run }) => {
      const last = new Set<string>(plan.finally.flat().map(({ id }) => id));
      for (const { what, step, before } of trace) {
        if (before.overdueAt === null || what === 'undo' || what === 'recover' || what === 'answer') continue;
        expect(last.has(step)).toBe(true);
      }
      const ms = plan.deadlinesMs.run;
      if (run.overdueAt !== null) expect(run.overdueAt.getTime() - run.startedAt.getTime()).toBe(ms);
    });
  });

  test('a step that may be final, or that nobody may repeat, is never called failed because of a deadline', () => {
    always((plan, { trace }) => {
      const steps = new Map(stepsOf(plan).map((step) => [step.id, step]));
      for (const { what, step: id, before } of trace) {
        const step = steps.get(id);
        if (what !== 'fail' || step?.undo !== 'point_of_no_return') continue;
        const record = before.steps[id];
        // What was open is asked about (see play-moves); a start that a crash cut off is found out first.
        expect(record?.state).not.toBe('started');
      }
    });
  });
});
