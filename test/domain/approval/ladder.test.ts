import { describe, expect, test } from 'vitest';
import { freezesToSatisfy } from '../../../src/domain/approval/freeze.ts';
import { dueOf } from '../../../src/domain/approval/ladder.ts';
import { isStillGood } from '../../../src/domain/approval/spend.ts';
import { ApprovalRule } from '../../../src/domain/policy/approval-rule.ts';
import { quietUntil } from '../../../src/domain/quiet-hours.ts';
import { anApproval, aPolicy, aVote, bob, carol, minutesAfter, NOON } from '../../support/builders.ts';

const quiet = { from: '22:00', to: '07:00' };

describe('quiet hours', () => {
  test.each([
    ['in the evening, until the next morning', '2027-03-10T21:30:00Z', '2027-03-11T06:00:00Z'],
    ['after midnight, until this morning', '2027-03-10T02:00:00Z', '2027-03-10T06:00:00Z'],
    ['in the night of summer time, an hour less', '2027-03-27T22:00:00Z', '2027-03-28T05:00:00Z'],
    ['in the night of winter time, an hour more', '2027-10-30T22:00:00Z', '2027-10-31T06:00:00Z'],
  ])('%s', (_what, at, end) => {
    expect(quietUntil(new Date(at), quiet, 'Europe/Berlin')).toEqual(new Date(end));
  });

  test.each(['2027-03-10T06:00:00Z', '2027-03-10T20:59:59Z'])('not at %s', (at) => {
    expect(quietUntil(new Date(at), quiet, 'Europe/Berlin')).toBeNull();
  });
});

describe('reminders in quiet hours', () => {
  const evening = new Date('2027-03-10T20:50:00Z');
  const team = { ...aPolicy().team, quiet_hours: quiet };
  const policy = aPolicy({ team });
  const asked = (emergency: boolean) =>
    anApproval({
      rule: ApprovalRule.parse({ approve: 1, from: ['group:security'], remind: ['30m'] }),
      subject: { ...anApproval().subject, emergency },
      createdAt: evening,
      expiresAt: minutesAfter(evening, 24 * 60),
    });

  test('wait for the morning', () => {
    const at = { policy, now: minutesAfter(evening, 31) };
    expect(dueOf(asked(false), at)).toEqual({ remind: null, escalate: [], wakeAt: new Date('2027-03-11T06:00:00Z') });
    expect(dueOf(asked(false), { policy, now: new Date('2027-03-11T06:00:00Z') }).remind).toEqual({
      number: 1,
      people: [bob, carol],
    });
  });

  test('do not wait in an emergency', () => {
    expect(dueOf(asked(true), { policy, now: minutesAfter(evening, 31) }).remind?.number).toBe(1);
  });

  test('that fall behind the deadline do not come', () => {
    const short = { ...asked(false), expiresAt: minutesAfter(evening, 60) };
    expect(dueOf(short, { policy, now: minutesAfter(evening, 59) })).toEqual({
      remind: null,
      escalate: [],
      wakeAt: short.expiresAt,
    });
  });
});

describe('a freeze', () => {
  const freezes = [
    {
      name: 'spring',
      from: '2027-03-10T12:30',
      to: '2027-03-20T00:00',
      environments: ['production'],
      approvers: ['carol'],
    },
  ];
  const policy = aPolicy({ freezes });
  const calm = { ...anApproval().subject, emergency: false };
  const inFreeze = { policy, runAt: minutesAfter(NOON, 60) };

  test.each([
    ['while it lasts', calm, minutesAfter(NOON, 60), 1],
    ['not before it', calm, new Date('2027-03-10T11:29:59Z'), 0],
    ['not in an emergency', { ...calm, emergency: true }, minutesAfter(NOON, 60), 0],
    ['not elsewhere', { ...calm, environment: 'staging' }, minutesAfter(NOON, 60), 0],
  ])('wants its approver %s', (_what, subject, runAt, count) => {
    expect(freezesToSatisfy({ subject }, { policy, runAt })).toHaveLength(count);
  });

  test('that began after the yes wants its approver before the yes is spent', () => {
    const rule = ApprovalRule.parse({ approve: 1, from: ['group:security'] });
    const approved = anApproval({
      rule,
      subject: calm,
      outcome: 'approved',
      decidedAt: inFreeze.runAt,
      votes: [aVote()],
    });
    const at = { policy, now: inFreeze.runAt };
    expect(isStillGood(approved, at)).toBe(false);
    expect(isStillGood({ ...approved, votes: [aVote(), aVote({ person: carol })] }, at)).toBe(true);
  });
});
