import { describe, expect, test } from 'vitest';
import { pastPointOfNoReturn } from '../../src/domain/moves-back.ts';
import { aRun, aStep, minutesAfter, NOON } from '../support/builders.ts';
import { approval, done, failed, movesOf, waiting } from '../support/moves-of.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;

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

  test('one that another run takes back is looked at when that has ended, and not before its time otherwise', () => {
    const until = minutesAfter(NOON, 5);
    const rotating = (answered: boolean, error: string | null = null) => ({
      ...waiting('a', { kind: 'run', id: aRun().id, until: null }, answered),
      undoing: { failures: 0, until, error },
    });
    expect(movesOf(plan, [rotating(false), failed('d', 2)])).toMatchObject({ undo: null, wakeAt: until });
    expect(movesOf(plan, [rotating(true), failed('d', 2)]).undo).toBe('a');
    expect(movesOf(plan, [rotating(true, '503'), failed('d', 2)])).toMatchObject({ undo: null, wakeAt: until });
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
