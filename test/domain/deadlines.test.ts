import { describe, expect, test } from 'vitest';
import { AskId, StepId } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { aStep, MINUTE, NOON } from '../support/builders.ts';
import { approval, done, failed, movesOf, waiting } from '../support/moves-of.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const step = aPlannedStep;
const at = (minutes: number) => new Date(NOON.getTime() + minutes * MINUTE);
const within = (plan: Plan, deadlinesMs: Plan['deadlinesMs']): Plan => ({ ...plan, deadlinesMs });

describe('the deadline of a phase', () => {
  const plan = within(
    aPlan(
      [
        [step('look', { phase: 'identify' })],
        [step('stop', { phase: 'contain' }), step('seal', { phase: 'contain' })],
        [step('more', { phase: 'contain', onFailure: { kind: 'continue' } })],
        [step('mint', { phase: 'recover' })],
      ],
      [[step('last', { phase: 'finally' })]],
    ),
    { contain: 15 * MINUTE },
  );
  const begun = [done('look', 1), waiting('stop', approval(at(60))), done('seal', 2)];

  test('wakes the run when it passes, and not before', () => {
    expect(movesOf(plan, begun, {}, at(5))).toMatchObject({ fail: [], resume: [], wakeAt: at(15) });
    expect(movesOf(plan, begun, {}, new Date(at(15).getTime() - 1))).toMatchObject({ fail: [], wakeAt: at(15) });
  });

  test('has passed at the very instant, and fails what is open in the phase and nothing else', () => {
    const moves = movesOf(plan, begun, {}, at(15));
    expect(moves).toMatchObject({ fail: ['stop'], start: [], resume: [], wakeAt: null });
  });

  test('says which deadline it was, when it passed and what the step waited for', () => {
    const error = (records: Parameters<typeof movesOf>[1]) => failOf(plan, records, at(20));
    expect(error(begun)).toBe(
      'deadline of contain (15m) passed at 2027-03-10 12:15:00 UTC while it waited for an approval',
    );
    const retry = waiting('stop', { kind: 'retry', until: at(21), error: '503', resumes: null });
    expect(error([done('look'), retry, done('seal')])).toBe(
      'deadline of contain (15m) passed at 2027-03-10 12:15:00 UTC while it waited for another try: 503',
    );
  });

  test('counts from the first start in the phase, not from the start of the run', () => {
    const late = [
      done('look', 1),
      aStep('seal', { state: 'done', outputs: {} }, { startedAt: at(40) }),
      aStep('stop', { state: 'waiting', waiting: approval(null), answered: false }, { startedAt: at(45) }),
    ];
    expect(movesOf(plan, late, {}, at(54))).toMatchObject({ fail: [], wakeAt: at(55) });
    expect(movesOf(plan, late, {}, at(55)).fail).toEqual(['stop']);
  });

  test('no step begins after it; what is not needed is skipped and not failed', () => {
    const over = [done('look'), done('stop'), done('seal')];
    expect(movesOf(plan, over, {}, at(15))).toMatchObject({ fail: ['more'], start: [] });
    const never = { text: 'false', reads: new Set<string>(), holds: () => false };
    const [first = [], second = [], , last = []] = plan.stages;
    const without = { ...plan, stages: [first, second, [step('more', { phase: 'contain', when: never })], last] };
    expect(movesOf(without, over, {}, at(15))).toMatchObject({ skip: ['more'], fail: [] });
  });

  test('leaves the other phases alone', () => {
    const contained = [done('look'), done('stop'), done('seal'), failed('more')];
    expect(movesOf(plan, contained, {}, at(600))).toMatchObject({ start: ['mint'], fail: [] });
  });

  test('on_failure of the step decides what follows', () => {
    const stopped = [done('look'), failed('stop'), done('seal')];
    expect(movesOf(plan, stopped, {}, at(20))).toMatchObject({ start: ['last'] });
    const [first = [], second = [], third = [], fourth = []] = plan.stages;
    const jump = { kind: 'step', step: StepId.parse('mint') } as const;
    const jumping = {
      ...plan,
      stages: [first, second.map((one) => ({ ...one, onFailure: jump })), third, fourth],
    };
    expect(movesOf(jumping, stopped, {}, at(20))).toMatchObject({ skip: ['more'] });
    const skipped = aStep('more', { state: 'skipped', why: 'jumped over' });
    expect(movesOf(jumping, [...stopped, skipped], {}, at(20))).toMatchObject({ start: ['mint'] });
  });

  test('an answer that is there counts, though nobody could look before the deadline', () => {
    const answered = [done('look'), waiting('stop', approval(at(60)), true), done('seal')];
    expect(movesOf(plan, answered, {}, at(30))).toMatchObject({ resume: ['stop'], fail: [] });
  });

  test('a doubt stays a question for a person', () => {
    const doubt = [done('look'), aStep('stop', { state: 'in_doubt', question: 'did it?' }), done('seal')];
    expect(movesOf(plan, doubt, {}, at(30))).toMatchObject({ fail: [], start: [], finish: null, wakeAt: null });
  });

  test('what a crash left half-way fails, unless it may be final by then: that is found out first', () => {
    const left = (id: string) => aStep(id, { state: 'started' }, { epoch: 0 });
    expect(movesOf(plan, [done('look'), left('stop'), done('seal')], {}, at(30))).toMatchObject({
      fail: ['stop'],
      recover: [],
    });
    const final = within(aPlan([[step('revoke', { phase: 'contain', undo: 'point_of_no_return' })]]), plan.deadlinesMs);
    expect(movesOf(final, [left('revoke')], {}, at(30))).toMatchObject({ fail: [], recover: ['revoke'] });
  });

  test('a phase that a person wants done again has its time again', () => {
    const again = (id: string, startedAt: Date) =>
      aStep(id, { state: 'waiting', waiting: approval(null), answered: false }, { generation: 2, startedAt });
    const reset = aStep('stop', { state: 'reset', why: 'try again', outputs: null }, { attempts: 0 });
    expect(movesOf(plan, [done('look'), reset, done('seal')], {}, at(90))).toMatchObject({ start: ['stop'], fail: [] });
    const records = [done('look'), again('stop', at(90)), done('seal')];
    expect(movesOf(plan, records, {}, at(104))).toMatchObject({ fail: [], wakeAt: at(105) });
    expect(movesOf(plan, records, {}, at(105)).fail).toEqual(['stop']);
    const reopened = { deadlinesFrom: at(100) };
    expect(movesOf(plan, records, reopened, at(110))).toMatchObject({ fail: [], wakeAt: at(115) });
  });
});

describe('the deadline of a step', () => {
  const plan = aPlan(
    [[step('a', { deadlineMs: 120 * MINUTE }), step('b')]],
    [[step('last', { phase: 'finally', deadlineMs: MINUTE })]],
  );

  test('counts every attempt and every wait from its first start', () => {
    const retry = waiting('a', { kind: 'retry', until: at(119), error: '503', resumes: null });
    expect(movesOf(plan, [retry, done('b')], {}, at(118))).toMatchObject({ fail: [], wakeAt: at(119) });
    expect(movesOf(plan, [retry, done('b')], {}, at(119))).toMatchObject({ start: ['a'] });
    expect(movesOf(plan, [retry, done('b')], {}, at(120))).toMatchObject({ fail: ['a'], start: [] });
    expect(failOf(plan, [retry, done('b')], at(120))).toMatch(
      /^deadline of a \(2h\) passed at 2027-03-10 14:00:00 UTC/,
    );
  });

  test('is over before that of its phase when it is the shorter one, and the other way round', () => {
    const both = within(plan, { recover: 60 * MINUTE });
    expect(failOf(both, [waiting('a', approval(null)), done('b')], at(200))).toMatch(/^deadline of recover \(1h\)/);
    const long = within(plan, { recover: 180 * MINUTE });
    expect(failOf(long, [waiting('a', approval(null)), done('b')], at(200))).toMatch(/^deadline of a \(2h\)/);
  });

  test('ends a step of finally too', () => {
    const records = [done('a'), done('b'), waiting('last', approval(null))];
    expect(movesOf(plan, records, {}, at(1)).fail).toEqual(['last']);
  });
});

describe('the deadline of a run', () => {
  const undoable = step('a', { undo: 'undo' });
  const plan = within(aPlan([[undoable], [step('b')]], [[step('last', { phase: 'finally' })]]), { run: 480 * MINUTE });
  const records = [done('a', 1), waiting('b', { kind: 'ask', id: AskId.parse('ask-1'), until: null })];

  test('wakes the run when it passes; from that instant on it is put on record, and nothing else happens', () => {
    expect(movesOf(plan, records, {}, at(100))).toMatchObject({ overdue: null, wakeAt: at(480) });
    expect(movesOf(plan, records, {}, at(480))).toMatchObject({
      overdue: { at: at(480), why: 'deadline of the run (8h) passed at 2027-03-10 20:00:00 UTC' },
      start: [],
      undo: null,
    });
  });

  test('stops the run: what can be taken back is, then finally runs, and the run has failed', () => {
    const over = { overdueAt: at(480) };
    expect(movesOf(plan, records, over, at(481))).toMatchObject({ undo: 'a', overdue: null, start: [] });
    const undone = aStep('a', { state: 'undone', outputs: {}, error: null });
    expect(movesOf(plan, [undone, ...records.slice(1)], over, at(481))).toMatchObject({ start: ['last'] });
    expect(movesOf(plan, [undone, ...records.slice(1), done('last', 3)], over, at(481)).finish).toEqual({
      outcome: 'failed',
      why: 'deadline of the run (8h) passed at 2027-03-10 20:00:00 UTC',
    });
  });

  test('takes nothing back after the point of no return', () => {
    const final = { ...plan, stages: [[undoable], [step('r', { undo: 'point_of_no_return' })], [step('b')]] };
    const passed = [done('a', 1), done('r', 2), ...records.slice(1)];
    expect(movesOf(final, passed, { overdueAt: at(480) }, at(481))).toMatchObject({ undo: null, start: ['last'] });
  });

  test('does not cut finally short, neither its beginning nor its waits', () => {
    const ended = [done('a', 1), done('b', 2)];
    expect(movesOf(plan, ended, {}, at(500))).toMatchObject({ start: ['last'], overdue: null });
    const last = waiting('last', approval(at(900)));
    expect(movesOf(plan, [...ended, last], {}, at(500))).toMatchObject({ fail: [], overdue: null, wakeAt: at(900) });
    expect(movesOf(plan, [...ended, done('last', 3)], {}, at(500)).finish?.outcome).toBe('succeeded');
  });

  test('a clock that is set back does not set the run going again', () => {
    expect(movesOf(plan, records, { overdueAt: at(480) }, at(10))).toMatchObject({ undo: 'a', start: [] });
  });

  test('of a cancel and a deadline the first one is why the run ended', () => {
    const undone = aStep('a', { state: 'undone', outputs: {}, error: null });
    const ended = [undone, ...records.slice(1), done('last', 3)];
    const outcome = (cancelRequestedAt: Date) =>
      movesOf(plan, ended, { overdueAt: at(480), cancelRequestedAt }, at(500)).finish?.outcome;
    expect(outcome(at(479))).toBe('cancelled');
    expect(outcome(at(481))).toBe('failed');
  });

  test('counts anew from when a person opened the run again', () => {
    const reopened = { deadlinesFrom: at(600) };
    expect(movesOf(plan, records, reopened, at(700))).toMatchObject({ overdue: null, wakeAt: at(1080) });
    expect(movesOf(plan, records, reopened, at(1080)).overdue).toMatchObject({ at: at(1080) });
  });
});

describe('a condition that is looked at again and again', () => {
  const plan = aPlan([[step('until')]]);
  const look = waiting('until', { kind: 'look', until: at(60), everyMs: MINUTE });

  test('is looked at when the run is taken up, and not twice at the same moment', () => {
    expect(movesOf(plan, [look], {}, at(10)).resume).toEqual(['until']);
    const looked = movesOf(plan, [look], {}, at(10), new Set(['until']));
    expect(looked).toMatchObject({ resume: [], wakeAt: at(11) });
  });

  test('is looked at once more when its time is up', () => {
    expect(movesOf(plan, [look], {}, new Date(at(60).getTime() - 1000), new Set(['until'])).wakeAt).toEqual(at(60));
    expect(movesOf(plan, [look], {}, at(60), new Set(['until'])).resume).toEqual(['until']);
  });
});

function failOf(plan: Plan, records: Parameters<typeof movesOf>[1], now: Date): string | undefined {
  return movesOf(plan, records, {}, now).errors[0];
}
