import { describe, expect, test } from 'vitest';
import { NO_REMINDERS } from '../../src/domain/ask-form.ts';
import { dueNow, nextLook, remindersOf } from '../../src/domain/ask-reminders.ts';
import { anAsk, bob, MINUTE, minutesAfter, NOON } from '../support/builders.ts';

const at = (minutes: number) => minutesAfter(NOON, minutes);
const reminders = {
  ...NO_REMINDERS,
  beforeMs: [15 * MINUTE, 5 * MINUTE],
  againMs: 10 * MINUTE,
  most: 2,
  escalateTo: 'group:security',
  escalateAfterMs: 15 * MINUTE,
};
const asked = anAsk({ reminders });

describe('reminders of a question that is due in 30 minutes', () => {
  test('come before, when it is due, and again up to a cap', () => {
    expect(remindersOf(asked)).toEqual([
      { at: at(15), when: 'before' },
      { at: at(25), when: 'before' },
      { at: at(30), when: 'due' },
      { at: at(40), when: 'after' },
      { at: at(50), when: 'after' },
    ]);
  });

  test('come at least once, when it is due, and never without a due', () => {
    expect(remindersOf(anAsk())).toEqual([{ at: at(30), when: 'due' }]);
    expect(remindersOf(anAsk({ dueAt: null, reminders }))).toEqual([]);
    expect(nextLook(anAsk({ dueAt: null, reminders }))).toBeNull();
  });

  test('do not repeat what was said just now: none stands before the question', () => {
    const late = anAsk({ reminders, createdAt: at(20) });
    expect(remindersOf(late).map((one) => one.at)).toEqual([at(25), at(30), at(40), at(50)]);
  });

  test('that a stop kept from being sent are one and not many', () => {
    expect(dueNow(asked, at(31))).toEqual({ reminder: 3, escalate: false });
    expect(dueNow({ ...asked, reminded: 3 }, at(31))).toEqual({ reminder: null, escalate: false });
  });

  test('and the escalation each wake the step once', () => {
    expect(nextLook(asked)).toEqual(at(15));
    expect(nextLook({ ...asked, reminded: 4 })).toEqual(at(45));
    expect(dueNow({ ...asked, reminded: 4 }, at(45))).toEqual({ reminder: null, escalate: true });
    const escalated = { ...asked, reminded: 5, escalation: { to: 'group:security', people: [bob] } };
    expect(dueNow(escalated, at(600))).toEqual({ reminder: null, escalate: false });
    expect(nextLook(escalated)).toBeNull();
  });
});
