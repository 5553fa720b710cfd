import { describe, expect, test, vi } from 'vitest';
import { ApprovalId, StepId } from '../../src/domain/ids.ts';
import { nextMoves } from '../../src/domain/moves.ts';
import { PermanentFailure } from '../../src/errors.ts';
import { aRun, aStep, minutesAfter, NOON } from '../support/builders.ts';
import { approval, done, failed, movesOf, waiting } from '../support/moves-of.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;

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

  test.each([
    ['a step failed', {}, 'failed', 'b: no'],
    ['it was cancelled', { cancelRequestedAt: NOON }, 'cancelled', 'a person cancelled it'],
  ] as const)('when %s, that it stops comes before anything else is done, and once', (_why, run, outcome, why) => {
    const plan = aPlan([[step('a', { undo: 'undo' })], [step('b'), step('c')]], [[step('last')]]);
    const records = [done('a'), outcome === 'failed' ? failed('b', 2) : done('b', 2), waiting('c', approval(null))];
    const nothing = { start: [], resume: [], undo: null, overdue: null, finish: null, wakeAt: null };
    expect(movesOf(plan, records, { ...run, stoppedAt: null })).toMatchObject({ ...nothing, stop: { outcome, why } });
    expect(movesOf(plan, records, run)).toMatchObject({ stop: null, undo: 'a' });
  });

  test('a run that goes on does not stop', () => {
    const plan = aPlan([[step('a', { onFailure: { kind: 'continue' } })], [step('b')]]);
    expect(movesOf(plan, [failed('a')], { stoppedAt: null })).toMatchObject({ stop: null, start: ['b'] });
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
