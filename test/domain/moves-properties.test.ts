import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StepId } from '../../src/domain/ids.ts';
import { stopOf } from '../../src/domain/moves.ts';
import { pastPointOfNoReturn } from '../../src/domain/moves-back.ts';
import { type OnFailure, type Plan, type PlannedStep, stepsOf } from '../../src/domain/plan.ts';
import { errorOf, isOver } from '../../src/domain/run.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';
import { playMoves } from '../support/play-moves.ts';

type Draft = { undo: PlannedStep['undo']; onFailure: number; when: number };

const draft: fc.Arbitrary<Draft> = fc.record({
  undo: fc.constantFrom('undo', 'undo', 'nothing', 'point_of_no_return'),
  onFailure: fc.nat(12),
  when: fc.nat(9),
});
const stages = fc.array(fc.array(draft, { minLength: 1, maxLength: 3 }), { maxLength: 5 });
const plans = fc.tuple(stages, fc.array(fc.array(draft, { minLength: 1, maxLength: 2 }), { maxLength: 2 })).map(planOf);
const stories = fc.record({
  plan: plans,
  tape: fc.array(fc.nat(34), { maxLength: 40 }),
  cancelAt: fc.integer({ min: -10, max: 20 }),
  crashes: fc.uniqueArray(fc.nat(25), { maxLength: 4 }),
});

function planOf([forward, last]: [Draft[][], Draft[][]]): Plan {
  const count = [...forward, ...last].flat().length;
  let next = 0;
  const build = ({ undo, onFailure, when }: Draft): PlannedStep => {
    const id = `s${next++}`;
    return aPlannedStep(id, { undo, onFailure: onFailureOf(onFailure, count), when: whenOf(when) });
  };
  return aPlan(
    forward.map((stage) => stage.map(build)),
    last.map((stage) => stage.map((one) => build({ ...one, undo: 'nothing' }))),
  );
}

// Any step as a target: later, earlier, itself or in finally.
function onFailureOf(drawn: number, count: number): OnFailure {
  if (drawn < 5) return { kind: 'stop' };
  if (drawn < 8) return { kind: 'continue' };
  if (drawn < 10) return { kind: 'ask' };
  return { kind: 'step', step: StepId.parse(`s${(drawn * 7) % Math.max(1, count)}`) };
}

function whenOf(drawn: number): PlannedStep['when'] {
  if (drawn < 7) return null;
  if (drawn === 7) return { text: 'always', reads: new Set(), holds: () => true };
  if (drawn === 8) return { text: 'never', reads: new Set(), holds: () => false };
  return {
    text: 'broken',
    reads: new Set(),
    holds: () => {
      throw new Error('cannot be evaluated');
    },
  };
}

function always(claim: (story: { plan: Plan; played: ReturnType<typeof playMoves>; cancelled: boolean }) => void) {
  fc.assert(
    fc.property(stories, ({ plan, tape, cancelAt, crashes }) => {
      const played = playMoves(plan, tape, { cancelAt, crashes });
      claim({ plan, played, cancelled: played.run.cancelRequestedAt !== null });
    }),
    { numRuns: 3_000 },
  );
}

const stageOf = (plan: Plan, id: string) =>
  [...plan.stages, ...plan.finally].findIndex((stage) => stage.some((step) => step.id === id));

describe('over random plans, outcomes, crashes and cancels', () => {
  test('a run ends, or waits for somebody or for a time; it is never stuck', () => {
    always(({ played }) => {
      expect(played.stuck).toBeNull();
      expect(played.finish).not.toBeNull();
    });
  });

  test('a step starts only when every stage before it is over, or the run has stopped and it is in finally', () => {
    always(({ plan, played }) => {
      for (const { what, step, before } of played.trace) {
        if (what !== 'start') continue;
        const index = stageOf(plan, step);
        const stopped = stopOf(plan, before) !== null;
        if (index < plan.stages.length) expect(stopped).toBe(false);
        const earlier = [...plan.stages, ...plan.finally].slice(stopped ? plan.stages.length : 0, index).flat();
        for (const one of earlier) expect(isOver(before.steps[one.id])).toBe(true);
      }
    });
  });

  test('a step that has ended never starts again, and one whose condition fails never starts', () => {
    always(({ plan, played }) => {
      const conditional = new Map(stepsOf(plan).map((step) => [step.id, step.when]));
      for (const { what, step, before } of played.trace) {
        if (what !== 'start' && what !== 'resume' && what !== 'recover') continue;
        expect(isOver(before.steps[step])).toBe(false);
        expect(conditional.get(step)?.text ?? 'always').toBe('always');
      }
    });
  });

  test('finally has ended before the run does', () => {
    always(({ plan, played }) => {
      for (const step of plan.finally.flat()) expect(isOver(played.run.steps[step.id])).toBe(true);
    });
  });

  test('the outcome is what happened: a stopping failure, a cancel, or success', () => {
    always(({ plan, played, cancelled }) => {
      const stopping = plan.stages
        .flat()
        .some(
          ({ id, onFailure }) => errorOf(played.run.steps[id]) !== null && ['stop', 'ask'].includes(onFailure.kind),
        );
      const owed = plan.finally
        .flat()
        .some(({ id, onFailure }) => errorOf(played.run.steps[id]) !== null && onFailure.kind !== 'continue');
      if (!stopping && !cancelled) expect(played.finish?.outcome).toBe(owed ? 'failed' : 'succeeded');
      if (played.finish?.outcome === 'succeeded') expect(stopping || cancelled).toBe(false);
      if (played.finish?.outcome === 'cancelled') expect(cancelled).toBe(true);
    });
  });

  test('taking back goes strictly backwards, each step once, and nothing goes forward after it began', () => {
    always(({ plan, played }) => {
      const undos = played.trace.filter(({ what }) => what === 'undo');
      const ordinals = undos.map(({ step, before }) => before.steps[step]?.ordinal ?? 0);
      expect(ordinals).toEqual([...ordinals].sort((a, b) => b - a));
      expect(new Set(undos.map(({ step }) => step)).size).toBe(undos.length);
      const first = played.trace.findIndex(({ what }) => what === 'undo');
      if (first < 0) return;
      for (const { what, step } of played.trace.slice(first))
        if (what === 'start') expect(stageOf(plan, step)).toBeGreaterThanOrEqual(plan.stages.length);
    });
  });

  test('nothing is taken back once a point of no return may have been passed', () => {
    always(({ plan, played }) => {
      for (const { what, before } of played.trace)
        if (what === 'undo') expect(pastPointOfNoReturn(plan, before)).toBe(false);
    });
  });

  test('a run that stopped before the point of no return leaves nothing that could be taken back', () => {
    always(({ plan, played }) => {
      if (stopOf(plan, played.run) === null || pastPointOfNoReturn(plan, played.run)) return;
      for (const { id, undo } of plan.stages.flat()) {
        const record = played.run.steps[id];
        if (undo !== 'undo' || record === undefined || record.attempts === 0) continue;
        expect(record.state === 'undone' || record.undoError !== null).toBe(true);
      }
    });
  });

  test('what a jump leaves out lies between the failed step and its target, and had not begun', () => {
    always(({ plan, played }) => {
      const all = stepsOf(plan);
      for (const { what, step, before } of played.trace) {
        if (what !== 'skip') continue;
        expect(before.steps[step]).toBeUndefined();
        if (all.find((one) => one.id === step)?.when?.text === 'never') continue;
        const jumped = all.some(
          ({ id, onFailure }) =>
            before.steps[id]?.state === 'failed' &&
            onFailure.kind === 'step' &&
            stageOf(plan, id) < stageOf(plan, step) &&
            stageOf(plan, step) < stageOf(plan, onFailure.step),
        );
        expect(jumped).toBe(true);
      }
    });
  });
});
