import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEEKDAYS, type Window } from '../../src/domain/key-class.ts';
import {
  backOffUntil,
  dayOf,
  dueAtOf,
  type KeyRules,
  planStart,
  reasonFor,
  rotatesAlone,
  startRulesOf,
} from '../../src/domain/schedule.ts';
import { nextStart } from '../../src/domain/windows.ts';
import { firstShowing } from '../../src/domain/zoned.ts';
import { aClassRule, aKey, aPolicy, aRotation, DAY, daysAfter, HOUR, NOON } from '../support/builders.ts';

const BERLIN = 'Europe/Berlin';
const rules: KeyRules = { rule: aClassRule(), policy: aPolicy() };
const empty = { mostPerDay: 20, taken: new Map<string, number>() };

describe('when a key is due', () => {
  it('is due at the max age of its class (S3-13)', () => {
    const key = aKey({ activatedAt: daysAfter(NOON, -10), expiresAt: null });
    expect(dueAtOf(key, rules)).toEqual(daysAfter(NOON, 80));
  });

  it('is due before it expires, early enough for its grace and for a second try', () => {
    const born = daysAfter(NOON, -10);
    const key = aKey({ createdAt: born, activatedAt: born, expiresAt: daysAfter(NOON, 80) });
    expect(dueAtOf(key, rules)).toEqual(daysAfter(NOON, 78));
  });

  it('is never due when it was given a shorter life than its class allows: it ends, and no clock renews it', () => {
    const born = daysAfter(NOON, -5);
    expect(dueAtOf(aKey({ createdAt: born, activatedAt: born, expiresAt: daysAfter(NOON, 2) }), rules)).toBeNull();
  });

  it('is never due when it lives for hours, or when its class has no max age', () => {
    expect(dueAtOf(aKey({ class: 'ephemeral' }), rules)).toBeNull();
    expect(dueAtOf(aKey(), { ...rules, rule: aClassRule({ maxAgeDays: null }) })).toBeNull();
  });
});

describe('what the schedule may rotate without a person', () => {
  const known = { rule: aClassRule(), providers: ['ledger'], sinks: ['file'] };

  it('rotates a key of an automatic class whose place is known to it', () => {
    expect(rotatesAlone(aKey(), known)).toBe(true);
  });

  it.each([
    ['of a class that is not automatic', {}, { automatic: false }],
    ['that is never revoked by a machine, as one in shipped apps (S3-20)', {}, { revocable: false }],
    ['that nobody said where to deliver', { delivery: null }, {}],
    ['whose place needs a sink that is not there', { delivery: { sink: 'vault', target: 'x' } }, {}],
    ['of a provider that Rekey cannot speak to', { provider: 'stoa' }, {}],
    ['that is compromised: an incident decides on it', { compromisedAt: NOON }, {}],
    ['that lives for hours', { class: 'ephemeral' as const }, {}],
  ])('leaves a key %s to people', (_what, key, rule) => {
    expect(rotatesAlone(aKey(key), { ...known, rule: aClassRule(rule) })).toBe(false);
  });
});

describe('after rotations that came to nothing', () => {
  const failed = (daysAgo: number) =>
    aRotation({ state: 'failed', endedAt: daysAfter(NOON, -daysAgo), why: 'the sink is full' });

  it('waits for the minimum interval, and twice as long after each further failure, a week at most', () => {
    expect(backOffUntil([failed(0)], rules.policy)).toEqual(daysAfter(NOON, 1));
    expect(backOffUntil([failed(0), failed(1)], rules.policy)).toEqual(daysAfter(NOON, 2));
    expect(backOffUntil([failed(0), failed(1), failed(3)], rules.policy)).toEqual(daysAfter(NOON, 4));
    expect(
      backOffUntil(
        Array.from({ length: 8 }, () => failed(0)),
        rules.policy,
      ),
    ).toEqual(daysAfter(NOON, 7));
  });

  it('waits for nothing after one that succeeded, or when there was none', () => {
    const completed = aRotation({ state: 'completed', endedAt: daysAfter(NOON, -2) });
    expect(backOffUntil([], rules.policy)).toBeNull();
    expect(backOffUntil([completed, failed(3)], rules.policy)).toBeNull();
  });
});

describe('the day on which a rotation begins', () => {
  const key = aKey({ expiresAt: null });
  const plan = (when: Partial<Parameters<typeof planStart>[1]>) =>
    planStart(key, { dueAt: daysAfter(NOON, 5), earliest: daysAfter(NOON, 1), rules, load: empty, ...when }).at;

  it('is the due one when that has room', () => {
    expect(plan({})).toEqual(daysAfter(NOON, 5));
  });

  it('is the next one after the lead notice when the key is overdue', () => {
    expect(plan({ dueAt: daysAfter(NOON, -40) })).toEqual(daysAfter(NOON, 1));
  });

  it('is an earlier one when the due one is full: a key is not made overdue to level a day', () => {
    const taken = new Map([[dayOf(daysAfter(NOON, 5), BERLIN), 20]]);
    expect(plan({ load: { mostPerDay: 20, taken } })).toEqual(daysAfter(NOON, 4));
  });

  it('is the last window before the due date, so that a weekend does not make it late', () => {
    const windows: Window[] = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }];
    const sunday = new Date('2027-03-14T12:00:00Z');
    expect(plan({ dueAt: sunday, rules: { ...rules, rule: aClassRule({ windows }) } })).toEqual(daysAfter(NOON, 2));
  });

  it('is a full one when the only window before the key ends is there', () => {
    const windows: Window[] = [{ days: ['thu'], from: '09:00', to: '10:00' }];
    const only = new Date('2027-03-11T08:00:00Z');
    const at = planStart(aKey({ expiresAt: daysAfter(NOON, 3) }), {
      dueAt: daysAfter(NOON, 2),
      earliest: NOON,
      rules: { ...rules, rule: aClassRule({ windows }) },
      load: { mostPerDay: 1, taken: new Map([['2027-03-11', 7]]) },
    }).at;
    expect(at).toEqual(only);
  });

  it('is today when a freeze without an end begins tomorrow, also when today is full', () => {
    const freezes = [{ name: 'for good', from: '2027-03-12T00:00', to: '2030-01-01T00:00' }];
    const frozen = { ...rules, policy: aPolicy({ freezes }) };
    const taken = new Map([['2027-03-11', 20]]);
    expect(plan({ dueAt: NOON, rules: frozen, load: { mostPerDay: 20, taken } })).toEqual(daysAfter(NOON, 1));
  });

  it('says why it was chosen', () => {
    const young = aKey({ activatedAt: daysAfter(NOON, -89), expiresAt: daysAfter(NOON, 4) });
    expect(reasonFor(young, rules, { at: NOON, held: 'the freeze "year end"' })).toBe(
      'Scheduled: api_key keys are replaced every 90 days; this one is in use since 2026-12-11 and expires on 2027-03-14. It waits for the freeze "year end".',
    );
  });
});

const clock = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:00`);
const window: fc.Arbitrary<Window> = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1 }), clock)
  .map(([days, from]) => ({ days, from, to: '24:00' }));

it('puts no day above its cap unless every day that is open until two weeks later is full', () => {
  fc.assert(
    fc.property(
      fc.array(window, { maxLength: 2 }),
      fc.array(
        fc.record({ due: fc.integer({ min: -5, max: 10 }), lives: fc.option(fc.integer({ min: 1, max: 20 })) }),
        {
          maxLength: 40,
        },
      ),
      fc.integer({ min: 1, max: 3 }),
      (windows, keys, mostPerDay) => {
        const taken = new Map<string, number>();
        for (const { due, lives } of keys) {
          const key = aKey({ expiresAt: lives === null ? null : daysAfter(NOON, lives) });
          const when = { dueAt: daysAfter(NOON, due), earliest: daysAfter(NOON, 1), load: { mostPerDay, taken } };
          const { at } = planStart(key, { ...when, rules: { ...rules, rule: aClassRule({ windows }) } });
          const day = dayOf(at, BERLIN);
          expect(at.getTime()).toBeGreaterThanOrEqual(when.earliest.getTime());
          if ((taken.get(day) ?? 0) >= mostPerDay) {
            const free = openDays(key, windows, when).filter((one) => (taken.get(one) ?? 0) < mostPerDay);
            expect(free).toEqual([]);
          }
          taken.set(day, (taken.get(day) ?? 0) + 1);
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** By looking at every hour: the days on which this key could begin, from the first one that is possible until 13 days later. */
function openDays(
  key: { environment: string; expiresAt: Date | null },
  windows: readonly Window[],
  { dueAt, earliest }: { dueAt: Date; earliest: Date },
): string[] {
  const startRules = startRulesOf(key, { ...rules, rule: aClassRule({ windows }) });
  const from = dueAt > earliest ? dueAt : earliest;
  const days = new Set<string>();
  for (let at = from.getTime(); at < from.getTime() + 13 * DAY; at += HOUR) {
    const instant = new Date(at);
    if (key.expiresAt !== null && instant >= key.expiresAt) break;
    if (nextStart(instant, startRules).held === null) days.add(dayOf(instant, BERLIN));
  }
  return [...days];
}

it('names the day that the calendar on the wall shows', () => {
  expect(dayOf(firstShowing('2027-03-11T00:00', BERLIN), BERLIN)).toBe('2027-03-11');
  expect(dayOf(new Date('2027-03-10T23:30:00Z'), BERLIN)).toBe('2027-03-11');
});
