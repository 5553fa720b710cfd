import { describe, expect, test, vi } from 'vitest';
import { ApprovalId, StepId } from '../../src/domain/ids.ts';
import { nextMoves, pastPointOfNoReturn } from '../../src/domain/moves.ts';
import type { Plan, PlannedStep } from '../../src/domain/plan.ts';
import type { Run, StepRecord, Waiting } from '../../src/domain/run.ts';
import { PermanentFailure } from '../../src/errors.ts';
import { aRun, aStep, minutesAfter, NOON } from '../support/builders.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const done = (id: string, ordinal = 1) => aStep(id, { state: 'done', outputs: { of: id } }, { ordinal });
const failed = (id: string, ordinal = 1) => aStep(id, { state: 'failed', error: 'no' }, { ordinal });
const waiting = (id: string, wait: Waiting, answered = false) =>
  aStep(id, { state: 'waiting', waiting: wait, answered });
const approval = (until: Date | null): Waiting => ({ kind: 'approval', id: ApprovalId.parse('apr-1'), until });

function movesOf(plan: Plan, records: StepRecord[], overrides: Partial<Run> = {}, now = NOON) {
  const run = aRun({ steps: Object.fromEntries(records.map((record) => [record.step, record])), ...overrides });
  const moves = nextMoves(plan, run, { now, epoch: 1 });
  const ids = (steps: readonly PlannedStep[]) => steps.map((one) => one.id);
  return {
    ...moves,
    start: ids(moves.start),
    resume: ids(moves.resume),
    recover: ids(moves.recover),
    skip: moves.skip.map((one) => one.step.id),
    fail: moves.fail.map((one) => one.step.id),
    undo: moves.undo?.id ?? null,
  };
}

describe('going forward', () => {
  const plan = aPlan([[step('a')], [step('b'), step('c')], [step('d')]], [[step('last')]]);

  test('stages run in order; the steps of one stage run at once', () => {
    expect(movesOf(plan, []).start).toEqual(['a']);
    expect(movesOf(plan, [done('a')]).start).toEqual(['b', 'c']);
    expect(movesOf(plan, [done('a'), done('b'), done('c')]).start).toEqual(['d']);
  });

  test('a stage begins when all of the one before are over, and not when the first of them is', () => {
    const { start, wakeAt } = movesOf(plan, [done('a'), done('b'), waiting('c', approval(minutesAfter(NOON, 10)))]);
    expect(start).toEqual([]);
    expect(wakeAt).toEqual(minutesAfter(NOON, 10));
  });

  test('finally comes last, and then the run has succeeded', () => {
    const all = [done('a'), done('b'), done('c'), done('d')];
    expect(movesOf(plan, all).start).toEqual(['last']);
    expect(movesOf(plan, [...all, done('last')]).finish).toEqual({ outcome: 'succeeded', why: 'every step ended' });
  });

  test('a run whose finally failed has not succeeded: the summary is part of it', () => {
    const all = [done('a'), done('b'), done('c'), done('d'), failed('last')];
    expect(movesOf(plan, all).finish).toEqual({ outcome: 'failed', why: 'last: no' });
  });

  test('a plan without steps ends at once', () => {
    expect(movesOf(aPlan([]), []).finish).toMatchObject({ outcome: 'succeeded' });
  });

  test('a step that another worker left behind is recovered; one of this lease is under way', () => {
    const left = aStep('a', { state: 'started' }, { epoch: 0 });
    expect(movesOf(plan, [left]).recover).toEqual(['a']);
    expect(movesOf(plan, [{ ...left, epoch: 1 }]).recover).toEqual([]);
  });
});

describe('conditions', () => {
  const when = (holds: () => boolean) => ({ text: 'steps.a.ok', reads: new Set<string>(), holds });

  test('a step whose condition does not hold is skipped, with the condition as reason', () => {
    const moves = nextMoves(aPlan([[step('a', { when: when(() => false) })]]), aRun(), { now: NOON, epoch: 1 });
    expect(moves.skip).toEqual([{ step: expect.objectContaining({ id: 'a' }), why: 'when steps.a.ok does not hold' }]);
  });

  test('a condition sees the outputs of the steps that are done', () => {
    const holds = vi.fn(() => true);
    const look = step('b', { when: { text: 'x', reads: new Set<string>(), holds } });
    movesOf(aPlan([[step('a')], [look]]), [done('a')]);
    expect(holds).toHaveBeenCalledWith(expect.objectContaining({ steps: { a: { of: 'a' } } }));
  });

  test('a condition that cannot be evaluated fails the step instead of deciding', () => {
    const broken = step('a', {
      when: when(() => {
        throw new PermanentFailure('no such step');
      }),
    });
    expect(movesOf(aPlan([[broken]]), []).fail).toEqual(['a']);
  });
});

describe('waiting', () => {
  const plan = aPlan([[step('a')]]);
  const until = minutesAfter(NOON, 10);

  test('a waiting step wakes when it is answered or when its time is up, and not before', () => {
    expect(movesOf(plan, [waiting('a', approval(until))])).toMatchObject({ resume: [], wakeAt: until });
    expect(movesOf(plan, [waiting('a', approval(until), true)]).resume).toEqual(['a']);
    expect(movesOf(plan, [waiting('a', approval(until))], {}, until).resume).toEqual(['a']);
    expect(movesOf(plan, [waiting('a', approval(null))])).toMatchObject({ resume: [], wakeAt: null, finish: null });
  });

  test('a failed attempt starts again when its back-off has passed', () => {
    const retry = waiting('a', { kind: 'retry', until, error: 'timeout', resumes: null });
    expect(movesOf(plan, [retry])).toMatchObject({ start: [], wakeAt: until });
    expect(movesOf(plan, [retry], {}, until)).toMatchObject({ start: ['a'], resume: [] });
  });

  test('a failed attempt that had waited goes on from its wait and does not start from the beginning', () => {
    const resumes = { kind: 'approval', id: ApprovalId.parse('apr-1'), until: null } as const;
    const retry = waiting('a', { kind: 'retry', until, error: 'timeout', resumes });
    expect(movesOf(plan, [retry])).toMatchObject({ resume: [], wakeAt: until });
    expect(movesOf(plan, [retry], {}, until)).toMatchObject({ start: [], resume: ['a'] });
  });

  test('of several deadlines the run wakes at the first', () => {
    const both = aPlan([[step('a'), step('b')]]);
    const records = [
      waiting('a', approval(minutesAfter(NOON, 9))),
      waiting('b', { kind: 'time', until: minutesAfter(NOON, 3) }),
    ];
    expect(movesOf(both, records).wakeAt).toEqual(minutesAfter(NOON, 3));
  });
});

describe('failures', () => {
  const to = (id: string) => ({ kind: 'step', step: StepId.parse(id) }) as const;

  test('stop: the run fails with the reason, and finally still runs', () => {
    const plan = aPlan([[step('a')], [step('b')]], [[step('last')]]);
    expect(movesOf(plan, [failed('a')])).toMatchObject({ start: ['last'] });
    expect(movesOf(plan, [failed('a'), done('last')]).finish).toEqual({ outcome: 'failed', why: 'a: no' });
  });

  test('continue: the next stage begins', () => {
    const plan = aPlan([[step('a', { onFailure: { kind: 'continue' } })], [step('b')]]);
    expect(movesOf(plan, [failed('a')]).start).toEqual(['b']);
  });

  test('ask: a clear no, such as a rejected approval, stops the run; nobody is asked to overrule it', () => {
    const plan = aPlan([[step('gate', { onFailure: { kind: 'ask' } })], [step('revoke')]]);
    expect(movesOf(plan, [failed('gate')])).toMatchObject({ start: [], finish: { outcome: 'failed' } });
    const doubt = aStep('gate', { state: 'in_doubt', question: 'did it?' });
    expect(movesOf(plan, [doubt])).toMatchObject({ start: [], finish: null });
  });

  test('a step: everything in between is skipped, and the run goes on there', () => {
    const plan = aPlan([[step('a', { onFailure: to('d') })], [step('b')], [step('c')], [step('d')], [step('e')]]);
    expect(movesOf(plan, [failed('a')])).toMatchObject({ skip: ['b'], start: [] });
    const skipped = (id: string) => aStep(id, { state: 'skipped', why: 'jump' });
    expect(movesOf(plan, [failed('a'), skipped('b'), skipped('c')]).start).toEqual(['d']);
  });

  test('a step: what runs beside the failed one is not cut off', () => {
    const plan = aPlan([[step('a', { onFailure: to('d') }), step('beside')], [step('b')], [step('d')]]);
    const pending = waiting('beside', approval(minutesAfter(NOON, 5)));
    expect(movesOf(plan, [failed('a'), pending])).toMatchObject({ skip: [], wakeAt: minutesAfter(NOON, 5) });
    const left = aStep('beside', { state: 'started' }, { epoch: 0 });
    expect(movesOf(plan, [failed('a'), left])).toMatchObject({ skip: [], recover: ['beside'] });
  });

  test('a step: the target may itself fail and go on elsewhere', () => {
    const plan = aPlan([
      [step('a', { onFailure: to('c') })],
      [step('b')],
      [step('c', { onFailure: to('e') })],
      [step('d')],
      [step('e')],
    ]);
    const skipped = aStep('b', { state: 'skipped', why: 'jump' });
    expect(movesOf(plan, [failed('a'), skipped, failed('c')])).toMatchObject({ skip: ['d'] });
  });

  test('a step: what finally has to do is never left out by a step before it', () => {
    const plan = aPlan(
      [[step('a', { onFailure: to('last') })]],
      [[step('tell', { onFailure: to('a') })], [step('last')]],
    );
    expect(movesOf(plan, [failed('a')])).toMatchObject({ skip: [], start: ['tell'] });
    expect(movesOf(plan, [failed('a'), failed('tell')])).toMatchObject({ skip: [], start: ['last'] });
  });

  test('a step of finally: all that is left of the stages is skipped', () => {
    const plan = aPlan([[step('a', { onFailure: to('last') })], [step('revoke')]], [[step('last')]]);
    expect(movesOf(plan, [failed('a')])).toMatchObject({ skip: ['revoke'], start: [] });
  });
});

describe('taking back', () => {
  const undoable = (id: string) => step(id, { undo: 'undo' });
  const plan = aPlan([[undoable('a')], [undoable('b'), undoable('c')], [step('d')]], [[step('last')]]);

  test('goes backwards from the last start, also over steps that were only started', () => {
    const started = aStep('c', { state: 'started' }, { ordinal: 2, epoch: 0 });
    const records = [done('a', 1), done('b', 2), started, failed('d', 3)];
    expect(movesOf(plan, records).undo).toBe('c');
    const undone = (id: string, ordinal: number) =>
      aStep(id, { state: 'undone', outputs: {}, error: null }, { ordinal });
    expect(movesOf(plan, [done('a', 1), done('b', 2), undone('c', 2), failed('d', 3)]).undo).toBe('b');
    expect(movesOf(plan, [done('a', 1), undone('b', 2), undone('c', 2), failed('d', 3)]).undo).toBe('a');
  });

  test('a step that failed is taken back too, for it may have had half of its effect', () => {
    expect(movesOf(plan, [failed('a')]).undo).toBe('a');
  });

  test('a failure is not forgotten when its step was taken back: the run still stops', () => {
    const undone = aStep('a', { state: 'undone', outputs: {}, error: 'no' });
    expect(movesOf(plan, [undone])).toMatchObject({ start: ['last'] });
    expect(movesOf(plan, [undone, done('last', 2)]).finish).toEqual({ outcome: 'failed', why: 'a: no' });
  });

  test('a step that never had an attempt is left alone', () => {
    const never = aStep('a', { state: 'failed', error: 'when: no such step' }, { attempts: 0 });
    expect(movesOf(plan, [never])).toMatchObject({ undo: null, start: ['last'] });
  });

  test('one that cannot be taken back does not keep the others', () => {
    const stubborn = { ...done('b', 2), undoError: 'no route to host' };
    expect(movesOf(plan, [done('a', 1), stubborn, done('c', 2), failed('d', 3)]).undo).toBe('c');
    const undone = aStep('c', { state: 'undone', outputs: {}, error: null });
    expect(movesOf(plan, [done('a', 1), stubborn, undone, failed('d', 3)]).undo).toBe('a');
  });

  const final = aPlan(
    [[undoable('a')], [step('revoke', { undo: 'point_of_no_return' })], [step('d')]],
    [[step('last')]],
  );

  test.each([
    ['done', done('revoke', 2)],
    ['waiting for another try', waiting('revoke', { kind: 'retry', until: NOON, error: 'timeout', resumes: null })],
  ])('nothing is taken back when the point of no return is %s', (_state, record) => {
    const run = aRun({ steps: { a: done('a'), revoke: record } });
    expect(pastPointOfNoReturn(final, run)).toBe(true);
    expect(movesOf(final, [done('a'), record], { cancelRequestedAt: NOON })).toMatchObject({
      undo: null,
      start: ['last'],
    });
  });

  test('a run that stops finds out first whether an irreversible step happened that a crash left half-way', () => {
    const left = aStep('revoke', { state: 'started' }, { epoch: 0 });
    const moves = movesOf(final, [done('a'), left], { cancelRequestedAt: NOON });
    expect(moves).toMatchObject({ recover: ['revoke'], undo: null, start: [], finish: null });
  });

  test('a run does not end while it is in doubt whether an irreversible step happened', () => {
    const doubt = aStep('revoke', { state: 'in_doubt', question: 'did it?' });
    expect(pastPointOfNoReturn(final, aRun({ steps: { a: done('a'), revoke: doubt } }))).toBe(true);
    const moves = movesOf(final, [done('a'), doubt], { cancelRequestedAt: NOON });
    expect(moves).toMatchObject({ undo: null, start: [], finish: null, wakeAt: null });
  });

  test('a point of no return that was clearly not passed does not hold the others', () => {
    expect(movesOf(final, [done('a', 1), failed('revoke', 2)]).undo).toBe('a');
  });

  test('a cancel is honoured at every moment before the end', () => {
    for (const records of [[], [done('a', 1)], [done('a', 1), waiting('b', approval(null))]]) {
      const moves = movesOf(plan, records, { cancelRequestedAt: NOON });
      expect(moves.start.filter((id) => id !== 'last')).toEqual([]);
      expect(moves.resume).toEqual([]);
    }
    const over = aStep('a', { state: 'undone', outputs: {}, error: null });
    expect(movesOf(plan, [over, done('last', 2)], { cancelRequestedAt: NOON }).finish).toEqual({
      outcome: 'cancelled',
      why: 'a person cancelled it',
    });
  });
});
