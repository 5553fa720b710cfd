import { describe, expect, test } from 'vitest';
import { KeyId, RotationId } from '../../src/domain/ids.ts';
import { ROTATION_ENDS, RotationState } from '../../src/domain/rotation.ts';
import {
  approvalsNeeded,
  assertInterval,
  assertNoneOpen,
  assertRotatable,
  isWorse,
  preemptionOf,
  spikeSentence,
} from '../../src/domain/rotation-rules.ts';
import { Refusal } from '../../src/errors.ts';
import { aClassRule, aKey, aRotation, DAY, daysAfter, HOUR, MINUTE, NOON } from '../support/builders.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);
const refusal = (work: () => void) => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, sentence: error.message };
    throw error;
  }
  return null;
};
const healthy = { expiresAt: daysAfter(NOON, 40) };

describe('a key', () => {
  const rotate = (overrides: Parameters<typeof aKey>[0], mode: 'planned' | 'suspected' | 'exploited' = 'planned') =>
    refusal(() => assertRotatable(aKey({ ...healthy, ...overrides }), { mode, rule: aClassRule(), now: NOON }));

  test.each([
    ['in use is rotated by plan', {}, 'planned'],
    ['without an expiry is rotated by plan', { expiresAt: null }, 'planned'],
    ['that is suspended is rotated by plan', { state: 'suspended' }, 'planned'],
    ['that has expired is replaced in an emergency', { expiresAt: NOON }, 'suspected'],
    ['that is recorded as expired is replaced in an emergency', { state: 'expired' }, 'exploited'],
  ] as const)('%s', (_what, overrides, mode) => {
    expect(rotate(overrides, mode)).toBeNull();
  });

  test.each([
    ['that has expired this very moment is not rotated by plan', { expiresAt: NOON }, 'planned', 'has expired'],
    ['that is recorded as expired is not rotated by plan', { state: 'expired' }, 'planned', 'has expired'],
    ['that is revoked is never rotated', { state: 'revoked' }, 'exploited', 'is revoked, which is final'],
    ['that nobody has yet is not rotated', { state: 'pending' }, 'planned', 'was not handed over yet'],
    ['in grace is not rotated, its successor is', { state: 'retiring' }, 'exploited', 'a newer version is in use'],
    ['with a newer version is not rotated', { supersededAt: NOON }, 'planned', 'a newer version is in use'],
  ] as const)('%s', (_what, overrides, mode, sentence) => {
    expect(rotate(overrides, mode)).toMatchObject({
      code: 'key_not_rotatable',
      sentence: expect.stringContaining(sentence),
    });
  });

  test('of a class that is not minted by a runbook is not rotated', () => {
    const rule = aClassRule({ maxAgeDays: null });
    const key = aKey({ ...healthy, class: 'passphrase' });
    const sentence = refusal(() => assertRotatable(key, { mode: 'planned', rule, now: NOON }))?.sentence;
    expect(sentence).toContain('keys of that class are not minted by a runbook');
  });

  test('in shipped apps is never revoked first, also when it is exploited (S3-20)', () => {
    const rule = aClassRule({ revocable: false });
    const key = aKey({ ...healthy, class: 'embedded' });
    expect(refusal(() => assertRotatable(key, { mode: 'exploited', rule, now: NOON }))?.code).toBe('key_not_rotatable');
    expect(refusal(() => assertRotatable(key, { mode: 'suspected', rule, now: NOON }))).toBeNull();
  });
});

test.each([
  [
    'scheduled',
    aRotation(),
    'payments-prod is being replaced already (rot-1, planned): asked for at 2027-03-10 12:00:00 UTC by person:alice, begins 2027-03-11 12:00:00 UTC. Cancel it to ask anew',
  ],
  [
    'under way',
    aRotation({ state: 'created', startedAt: later(HOUR) }),
    'in progress since 2027-03-10 13:00:00 UTC by person:alice, ends 24 h after its new key is proved',
  ],
  [
    'in grace',
    aRotation({ state: 'grace', startedAt: later(HOUR), graceEndsAt: later(DAY) }),
    'in progress since 2027-03-10 13:00:00 UTC by person:alice, its grace ends 2027-03-11 12:00:00 UTC',
  ],
])('while one is %s, who asks for another is told since when, by whom and until when', (_what, open, sentence) => {
  const refused = refusal(() => assertNoneOpen(open));
  expect(refused).toMatchObject({ code: 'rotation_open', sentence: expect.stringContaining(sentence) });
});

test('a rotation that has ended is in nobody’s way', () => {
  for (const state of ROTATION_ENDS)
    expect(refusal(() => assertNoneOpen(aRotation({ state, endedAt: NOON })))).toBeNull();
});

test.each([
  ['a person who plans asks as many as the class says', 'planned', 'person:alice', true, 1],
  ['a token that plans asks as many as the class says', 'planned', 'token:ci', true, 1],
  ['the schedule asks nobody where the class rotates by itself', 'planned', 'schedule:rotations', true, 0],
  ['the schedule asks where the class does not', 'planned', 'schedule:rotations', false, 1],
  ['an emergency asks as many as the class says', 'suspected', 'person:alice', true, 1],
  ['an exploited key asks as many as the class says', 'exploited', 'person:alice', true, 1],
  ['a long grace in an emergency asks a second person', 'extended', 'person:alice', true, 2],
] as const)('%s', (_promise, mode, requestedBy, automatic, people) => {
  const rule = aClassRule({ approvals: { planned: 1, emergency: 1 }, automatic });
  expect(approvalsNeeded(mode, rule, requestedBy)).toBe(people);
});

test('a class that asks three in an emergency asks three for a long grace too', () => {
  expect(approvalsNeeded('extended', aClassRule({ approvals: { planned: 0, emergency: 3 } }), 'person:alice')).toBe(3);
});

describe('between two rotations of a key', () => {
  const done = aRotation({ state: 'completed', startedAt: NOON, endedAt: later(HOUR) });
  const ask = (rotations: readonly ReturnType<typeof aRotation>[], at: Date, override: string | null = null) =>
    refusal(() => assertInterval(rotations, { hours: 24, at, override }));

  test('lie 24 hours, unless somebody says why not', () => {
    expect(ask([done], later(DAY - 1))).toEqual({
      code: 'too_soon',
      sentence:
        'payments-prod was rotated at 2027-03-10 12:00:00 UTC (rot-1), and 24 h have to lie between two rotations: ' +
        'ask for 2027-03-11 12:00:00 UTC or later, or say why this one cannot wait.',
    });
    expect(ask([done], later(DAY))).toBeNull();
    expect(ask([done], later(MINUTE), 'the vendor changes its format today')).toBeNull();
  });

  test.each(['rolled_back', 'failed', 'preempted', 'cancelled'] as const)('one that was %s does not count', (state) => {
    expect(ask([aRotation({ state, startedAt: NOON, endedAt: NOON })], later(MINUTE))).toBeNull();
  });

  test('the last one counts, also behind one that failed', () => {
    const failed = aRotation({ id: RotationId.parse('rot-2'), state: 'failed', startedAt: later(HOUR) });
    expect(ask([failed, done], later(2 * HOUR))?.code).toBe('too_soon');
  });

  test('nothing has to lie before the first', () => {
    expect(ask([], NOON)).toBeNull();
  });
});

describe('a spike (S1-24)', () => {
  const times = (count: number, state: RotationState = 'completed') =>
    Array.from({ length: count }, (_, index) =>
      aRotation({ state, requestedBy: index === 0 ? 'token:ci' : 'person:bob' }),
    );

  test('is more than three rotations of one key, and the alarm says who asked', () => {
    expect(spikeSentence('payments-prod', times(3), 3)).toBeNull();
    expect(spikeSentence('payments-prod', times(4), 3)).toBe(
      'payments-prod was rotated 4 times in 7 days (more than 3), asked for by person:bob, token:ci. ' +
        'Find out what keeps breaking or leaking it before it is rotated again.',
    );
  });

  test('is not made of what was cancelled or had to make way', () => {
    expect(
      spikeSentence('payments-prod', [...times(3), ...times(4, 'cancelled'), ...times(4, 'preempted')], 3),
    ).toBeNull();
  });
});

test('worse news are worse than what is under way, and no other', () => {
  const modes = ['planned', 'expired', 'extended', 'suspected', 'exploited'] as const;
  for (const [rank, asked] of modes.entries())
    for (const [running, mode] of modes.entries()) expect(isWorse(asked, mode)).toBe(rank > running);
});

describe('an emergency', () => {
  const old = aKey();
  const replacement = aKey({ id: KeyId.parse('key-payments4'), version: 4 });
  const open = (state: RotationState) => aRotation({ state, key: old.id, replacement: replacement.id });

  test.each([
    ['scheduled', 'end'],
    ['awaiting_approval', 'take_back'],
    ['intent_written', 'take_back'],
    ['created', 'take_back'],
    ['distributing', 'take_back'],
    ['verifying', 'take_back'],
    ['grace', 'stop'],
    ['usage_gate', 'stop'],
    ['proving', 'none'],
    ['completed', 'none'],
    ['rolled_back', 'none'],
  ] as const)('on the key in use finds a planned rotation %s: %s', (state, how) => {
    expect(preemptionOf(open(state), replacement)).toBe(how);
  });

  test('on the key that is just proved dead stops that', () => {
    expect(preemptionOf(open('proving'), old)).toBe('stop');
  });

  test('never ends another emergency, in whatever state', () => {
    for (const state of RotationState.options)
      expect(preemptionOf({ ...open(state), mode: 'suspected' }, replacement)).toBe('none');
  });
});
