import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan.ts';
import type { Run, StepRecord } from '../../src/domain/run.ts';
import { possibleVerbs, possibleWithoutPlan } from '../../src/domain/run-verbs.ts';
import { aRun, aStep, minutesAfter, NOON } from '../support/builders.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const PLAN = aPlan(
  [
    [aPlannedStep('look', { phase: 'identify', effect: 'reads' })],
    [aPlannedStep('go', { uses: 'approve', effect: 'reads' })],
    [aPlannedStep('mint', { undo: 'undo' })],
    [aPlannedStep('swap', { undo: 'point_of_no_return', needs: new Set(['mint']) })],
    [aPlannedStep('tell', { phase: 'communicate' })],
  ],
  [[aPlannedStep('last', { phase: 'finally' })]],
);
const unskippable = ({ uses }: { uses: string }) => (uses === 'approve' ? 'people are not gone round' : null);

const done = (id: string, more: Partial<StepRecord> = {}) => aStep(id, { state: 'done', outputs: {} }, more);
const waits = (id: string) =>
  aStep(
    id,
    { state: 'waiting', waiting: { kind: 'time', until: minutesAfter(NOON, 9) }, answered: false },
    { endedAt: null },
  );
const failed = (id: string) => aStep(id, { state: 'failed', error: 'no' });
const undone = (id: string) => aStep(id, { state: 'undone', outputs: {}, error: null });
const doubt = (id: string) => aStep(id, { state: 'in_doubt', question: '?' }, { endedAt: null });
const started = (id: string) => aStep(id, { state: 'started' }, { endedAt: null });

function aRunWith(records: readonly StepRecord[], more: Partial<Run> = {}): Run {
  return aRun({ steps: Object.fromEntries(records.map((record) => [record.step, record])), ...more });
}

const paused = { paused: { at: NOON, by: 'person:alice', reason: 'a freeze' } } as const;
const ended = (outcome: Run['outcome']) => ({ finishedAt: NOON, stoppedAt: NOON, outcome });

/** The verbs in a word each; with the steps where they need one. */
function verbsOf(run: Run, plan: Plan = PLAN): string[] {
  const found = possibleVerbs({ plan, run, now: NOON }, unskippable);
  const { pause, resume, cancel, ...steps } = found;
  const plain = Object.entries({ pause, resume, cancel }).flatMap(([verb, is]) => (is ? [verb] : []));
  const named = Object.entries(steps).flatMap(([verb, ids]) => (ids.length === 0 ? [] : [`${verb} ${ids.join(' ')}`]));
  return [...plain, ...named];
}

describe('what people can do with a run', () => {
  test.each<[string, Run, string[]]>([
    ['that has just begun', aRunWith([]), ['pause', 'cancel', 'skip look swap tell last']],
    [
      'that waits for its time',
      aRunWith([done('look'), done('go'), waits('mint')]),
      ['pause', 'cancel', 'skip swap tell last', 'rerun look go mint'],
    ],
    ['with a step under way', aRunWith([done('look'), started('go')]), ['pause', 'cancel']],
    [
      'that is paused',
      aRunWith([done('look'), done('go'), waits('mint')], paused),
      ['resume', 'cancel', 'skip swap tell last', 'rerun look go mint'],
    ],
    ['that is being cancelled', aRunWith([done('look')], { cancelRequestedAt: NOON }), []],
    [
      'in doubt about its point of no return',
      aRunWith([done('look'), done('go'), done('mint'), doubt('swap')]),
      ['pause', 'cancel', 'skip tell last', 'settle swap'],
    ],
    [
      'that failed at its last step but one',
      aRunWith([done('look'), done('go'), done('mint'), done('swap'), failed('tell'), done('last')], ended('failed')),
      ['retry tell', 'skip tell', 'rerun tell'],
    ],
    [
      'that failed and has taken its work back',
      aRunWith([done('look'), done('go'), undone('mint'), failed('swap'), done('last')], ended('failed')),
      ['rerun look go mint'],
    ],
    ['that succeeded', aRunWith([done('look'), done('go'), done('mint'), done('swap')], ended('succeeded')), []],
    ['that was cancelled', aRunWith([done('look')], { ...ended('cancelled'), cancelRequestedAt: NOON }), []],
    [
      'that another run started and that failed: nobody waits for it any more',
      aRunWith([failed('look')], { ...ended('failed'), parent: { run: aRun().id, step: failed('look').step } }),
      [],
    ],
  ])('%s', (_what, run, verbs) => {
    expect(verbsOf(run)).toEqual(verbs);
  });

  test('whose text can no longer be read: it can be let go', () => {
    expect(possibleWithoutPlan(aRunWith([], paused))).toMatchObject({ cancel: true, resume: true, pause: false });
    expect(possibleWithoutPlan(aRunWith([], { cancelRequestedAt: NOON }))).toMatchObject({ cancel: false });
    expect(possibleWithoutPlan(aRunWith([], ended('failed')))).toMatchObject({ cancel: false, resume: false });
  });
});
