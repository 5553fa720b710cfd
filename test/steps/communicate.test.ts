import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { notify } from '../../src/steps/notify.ts';
import { reminderProve } from '../../src/steps/reminder-prove.ts';
import { aStepWorld, type StepWorld } from '../support/a-step-context.ts';
import { aKey, aPolicy, aReminder, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { done, failure, play, typesOf } from '../support/play-step.ts';

/** The replacement, active since five minutes ago. */
function aReplacement(overrides: Partial<Key> = {}): Key {
  return aKey({
    id: KeyId.parse('key-payments4'),
    version: 4,
    digest: 'new4'.padEnd(64, '0'),
    predecessor: aKey().id,
    createdAt: minutesAfter(NOON, -6),
    activatedAt: minutesAfter(NOON, -5),
    expiresAt: daysAfter(NOON, 90),
    ...overrides,
  });
}

function worldWith(replacement = aReplacement(), world = aStepWorld()): StepWorld {
  world.ledger.keys.set(replacement.id, replacement);
  return world;
}

describe('notify', () => {
  const input = {
    to: ['owner', 'callers'],
    key: keyRefOf(aKey()),
    replacement: keyRefOf(aReplacement()),
    data_integrity: 'No data was at risk.',
  };
  const call = (caller: string, days: number) => ({
    key: aKey().id,
    caller,
    minute: daysAfter(NOON, days),
    accepted: 1,
    rejected: 0,
  });

  test('tells the owner and everybody seen with the key, with the three facts', async () => {
    const world = worldWith();
    world.ledger.usage.push(
      call('payments-worker', -1),
      call('payments-worker', -2),
      call('nightly', -6),
      call('long-gone', -9),
    );
    expect(done(await play(world, notify, input))).toEqual({
      told: ['person:carol', 'caller:nightly', 'caller:payments-worker'],
    });
    expect(world.ledger.notices).toHaveLength(3);
    expect(world.ledger.notices[0]).toMatchObject({ template: 'key-replaced', incident: 'inc-1', createdAt: NOON });
    expect(world.ledger.notices[0]?.facts).toEqual({
      whichKey: expect.stringMatching(
        /^payments-prod v3 of payments in production \(fingerprint [0-9a-f]{12}\) expired at 2027-03-10 11:24:00 UTC\.$/,
      ),
      replacementAvailable: expect.stringMatching(
        /^payments-prod v4 is available since 2027-03-10 11:55:00 UTC, .* valid until 2027-06-08/,
      ),
      dataIntegrity: 'No data was at risk.',
    });
  });

  test.each([
    ['compromised', { compromisedAt: NOON }, 'was compromised and must not be used'],
    ['revoked', { state: 'revoked' as const, revokedAt: NOON }, 'was revoked at 2027-03-10 12:00:00 UTC'],
    ['without an expiry', { expiresAt: null }, 'failed.'],
  ])('says what became of a key that is %s', async (_case, key, words) => {
    const world = worldWith(undefined, aStepWorld({ key }));
    await play(world, notify, input);
    expect(world.ledger.notices[0]?.facts.whichKey).toContain(words);
  });

  test('promises nothing that is not there yet', async () => {
    const world = worldWith();
    await play(world, notify, { ...input, replacement: null });
    expect(world.ledger.notices[0]).toMatchObject({
      template: 'key-failed',
      facts: { replacementAvailable: expect.stringContaining('no replacement yet') },
    });
    const pending = worldWith(aReplacement({ state: 'pending', activatedAt: null }));
    await play(pending, notify, input);
    expect(pending.ledger.notices[0]?.facts.replacementAvailable).toContain('not delivered yet');
  });

  test('tells each person once, however they are named', async () => {
    const world = worldWith();
    const outputs = done(
      await play(world, notify, { ...input, to: ['owner', 'carol', 'group:security', 'escalation'] }),
    );
    expect(outputs).toEqual({ told: ['person:alice', 'person:bob', 'person:carol'] });
  });

  test('fails when nobody at all would be told', async () => {
    const result = await play(worldWith(undefined, aStepWorld({ key: { owner: null } })), notify, input);
    expect(failure(result)).toContain('Nobody can be told');
    expect(result.events).toEqual([]);
  });

  test('insists on a statement about the data', () => {
    const { data_integrity: _left, ...without } = input;
    expect(notify.with.safeParse(without).success).toBe(false);
    expect(notify.with.safeParse({ ...input, data_integrity: '' }).success).toBe(false);
  });
});

describe('reminder.prove', () => {
  const input = { key: keyRefOf(aReplacement()) };

  test('sets the missing reminder and shows, on a shifted clock, whom it will tell, when and where', async () => {
    const world = worldWith();
    const result = await play(world, reminderProve, input);
    expect(typesOf(result.events)).toEqual(['reminder_set', 'reminder_tested']);
    // 90 days minus 30 is Sunday the 9th of May, so the digest comes on Monday at nine in Berlin.
    expect(done(result)).toEqual({
      would_tell: expect.stringContaining('carol: payments-prod v4 expires in 30 days'),
      channel: 'C0KEYS',
      shifted_to: '2027-05-10T07:00:00.000Z',
    });
    expect(world.ledger.reminders.get('key-payments4')).toMatchObject({
      withinDays: [30, 14, 7, 3, 1],
      owner: 'carol',
      setBy: 'person:alice',
      tested: { at: NOON, channel: 'C0KEYS' },
    });
  });

  test('takes the ladder of the class and the incident channel when the policy has no alert', async () => {
    const world = worldWith();
    world.setPolicy(aPolicy({ alerts: {} }));
    expect(done(await play(world, reminderProve, input)).channel).toBe('C0INCIDENTS');
    expect(world.ledger.reminders.get('key-payments4')?.withinDays).toEqual([30, 14, 7, 3, 1]);
  });

  test('tests a reminder that is there instead of setting another', async () => {
    const world = worldWith();
    world.ledger.reminders.set(
      'key-payments4',
      aReminder({ key: KeyId.parse('key-payments4'), withinDays: [7], channel: 'C0OTHER' }),
    );
    const result = await play(world, reminderProve, input);
    expect(typesOf(result.events)).toEqual(['reminder_tested']);
    expect(done(result)).toMatchObject({ channel: 'C0OTHER', would_tell: expect.stringContaining('in 7 days') });
  });

  test('warns of a key within its ladder at the very next digest', async () => {
    const world = worldWith(aReplacement({ expiresAt: daysAfter(NOON, 10), createdAt: daysAfter(NOON, -80) }));
    expect(done(await play(world, reminderProve, input)).shifted_to).toBe('2027-03-11T08:00:00.000Z');
  });

  test.each<[string, Partial<Key>, string]>([
    [
      'the query would not report the key',
      { state: 'pending', activatedAt: null },
      'would not report payments-prod v4 (state pending)',
    ],
    ['the key has no owner', { owner: null }, 'has no owner that policy.yaml knows (none)'],
    ['the owner left', { owner: 'dave' }, 'has no owner that policy.yaml knows (dave)'],
    ['the key has no expiry', { expiresAt: null }, 'has no expiry date'],
    ['the digest would come too late', { createdAt: NOON, expiresAt: minutesAfter(NOON, 60) }, 'too late'],
  ])('fails when %s', async (_case, key, words) => {
    const world = worldWith(aReplacement(key));
    const result = await play(world, reminderProve, input);
    expect(failure(result)).toContain(words);
    expect(result.events).toEqual([]);
  });

  test('done again, keeps the reminder and tests it anew', async () => {
    const world = worldWith();
    await play(world, reminderProve, input);
    world.at(daysAfter(NOON, 1));
    expect(typesOf((await play(world, reminderProve, input)).events)).toEqual(['reminder_tested']);
    expect(world.ledger.reminders.get('key-payments4')?.tested?.at).toEqual(daysAfter(NOON, 1));
  });
});
