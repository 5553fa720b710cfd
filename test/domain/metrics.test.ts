import { expect, test } from 'vitest';
import { MEASURES, type MeasureId, measuresOf, type RotationFacts } from '../../src/domain/metrics.ts';
import { NOON } from '../support/builders.ts';

const after = (seconds: number) => new Date(NOON.getTime() + seconds * 1_000);

function facts(more: Partial<RotationFacts> = {}): RotationFacts {
  return {
    rotations: [],
    dayAfter: null,
    rejectedInHour: null,
    revocations: [],
    attempts: { failed: 0, all: 0 },
    events: { written: 0, expected: 0 },
    canaries: { failed: 0, all: 0 },
    exposures: null,
    failures: [],
    ...more,
  };
}

const rotation = { initiatedAt: NOON, activeAt: after(120), completed: true };

test('without a fact every measure says that it cannot be measured, and none is met by silence', () => {
  const measures = measuresOf(facts());
  expect(measures.map(({ id }) => id)).toEqual(MEASURES);
  for (const { verdict, value } of measures)
    expect({ verdict, value }).toEqual({ verdict: 'not_measurable', value: null });
});

const table: [MeasureId, string, Partial<RotationFacts>, string, 'met' | 'missed'][] = [
  ['M1', 'all completed', { rotations: [rotation] }, '100 %', 'met'],
  ['M1', 'partial is not success', { rotations: [rotation, { ...rotation, completed: false }] }, '50 %', 'missed'],
  ['M2', 'just within five minutes', { rotations: [{ ...rotation, activeAt: after(299) }] }, '4 min 59 s', 'met'],
  ['M2', 'five minutes', { rotations: [rotation, { ...rotation, activeAt: after(300) }] }, '5 min 0 s', 'missed'],
  ['M3', 'just below one in a hundred', { dayAfter: { withOld: 1, all: 101 } }, '0.99 %', 'met'],
  ['M3', 'one in a hundred', { dayAfter: { withOld: 1, all: 100 } }, '1 %', 'missed'],
  ['M4', 'four in an hour', { rejectedInHour: [{ service: 'a', count: 4 }] }, '4', 'met'],
  [
    'M4',
    'the worst service counts',
    { rejectedInHour: [0, 5].map((count) => ({ service: 'a', count })) },
    '5',
    'missed',
  ],
  ['M5', 'a minute and a half', { revocations: [{ revokedAt: NOON, rejectedAt: after(90) }] }, '1 min 30 s', 'met'],
  ['M5', 'two minutes', { revocations: [{ revokedAt: NOON, rejectedAt: after(120) }] }, '2 min 0 s', 'missed'],
  ['M5', 'still let through', { revocations: [{ revokedAt: NOON, rejectedAt: null }] }, 'never', 'missed'],
  ['M6', 'none of a few', { attempts: { failed: 0, all: 20 } }, '0 %', 'met'],
  ['M6', 'one retry of a thousand', { attempts: { failed: 1, all: 1_000 } }, '0.1 %', 'missed'],
  ['M7', 'every event', { events: { written: 30, expected: 30 } }, '100 %', 'met'],
  ['M7', 'one line missing', { events: { written: 29, expected: 30 } }, '96.67 %', 'missed'],
  ['M8', 'no canary failed', { canaries: { failed: 0, all: 2 } }, '0 %', 'met'],
  ['M8', 'one canary failed', { canaries: { failed: 1, all: 2 } }, '50 %', 'missed'],
  ['M9', 'looked and saw nothing', { exposures: 0 }, '0', 'met'],
  ['M9', 'one secret in a log', { exposures: 1 }, '1', 'missed'],
  [
    'M10',
    'the longest counts',
    { failures: [10, 70].map((s) => ({ failedAt: NOON, restoredAt: after(s) })) },
    '1 min 10 s',
    'met',
  ],
  ['M10', 'a quarter of an hour', { failures: [{ failedAt: NOON, restoredAt: after(900) }] }, '15 min 0 s', 'missed'],
  ['M10', 'never well again', { failures: [{ failedAt: NOON, restoredAt: null }] }, 'never', 'missed'],
];

test.each(table)('%s, %s', (id, _what, given, shown, verdict) => {
  const found = measuresOf(facts(given)).find((measure) => measure.id === id);
  expect(found).toMatchObject({ shown, verdict });
});

test('what never happened has no number, so that JSON can say it', () => {
  const found = measuresOf(facts({ failures: [{ failedAt: NOON, restoredAt: null }] })).find(({ id }) => id === 'M10');
  expect(found?.value).toBeNull();
});
