import { describe, expect, test } from 'vitest';
import { ApprovalRule, fewestVoices, termsOf } from '../../../src/domain/policy/approval-rule.ts';
import { ruleFor } from '../../../src/domain/policy/rule-for.ts';
import { checkPolicy } from '../../../src/runbook/policy-file.ts';
import { aPolicy } from '../../support/builders.ts';

const rules = {
  rotate: {
    approve: 1,
    from: ['owner'],
    emergency_rule: 'now',
    cap: { max_callers: 3, max_keys: 2, environments: ['production', 'staging'], above: 'two' },
  },
  now: { approve: 1, from: ['group:oncall'] },
  two: { tier: 2, approve: 2, from: ['group:security', 'group:oncall'], cap: { max_keys: 50, above: 'refuse' } },
};
const policy = aPolicy({ rules: rules as never });
const facts = (radius: object = {}, emergency = false) => ({
  emergency,
  radius: { callers: 1, keys: 1, environment: 'production', ...radius },
});

describe('which rule holds', () => {
  test.each([
    ['within the cap, the one that was asked for', facts(), 'rotate', []],
    ['at the edge of the cap, still that one', facts({ callers: 3, keys: 2 }), 'rotate', []],
    ['too many callers', facts({ callers: 4 }), 'two', ['4 callers use the key, more than 3']],
    ['too many keys', facts({ keys: 3 }), 'two', ['it is about 3 keys, more than 2']],
    [
      'another environment',
      facts({ environment: 'lab' }),
      'two',
      ['its environment is lab, not production or staging'],
    ],
    [
      'no known environment',
      facts({ environment: null }),
      'two',
      ['its environment is not known, not production or staging'],
    ],
    ['an emergency, whatever the cap says', facts({ callers: 400 }, true), 'now', ['it is an emergency']],
  ])('%s', (_what, at, name, why) => {
    expect(ruleFor(policy, 'rotate', at)).toMatchObject({ kind: 'rule', name, why });
  });

  test('above a cap that refuses, nobody decides', () => {
    expect(ruleFor(policy, 'rotate', facts({ keys: 51 }))).toMatchObject({
      kind: 'refused',
      name: 'two',
      why: 'it is about 51 keys, more than 50',
    });
  });

  test('keys that nobody can count yet are above every cap', () => {
    expect(ruleFor(policy, 'rotate', facts({ keys: null }))).toMatchObject({
      kind: 'refused',
      name: 'two',
      why: 'how many keys it is about is not known before the list of them is there, and at most 50 may be',
    });
  });

  test('a name that every object knows is no rule', () => {
    expect(ruleFor(policy, 'constructor', facts())).toEqual({ kind: 'unknown', name: 'constructor' });
  });
});

test('the short form is one alternative of tier 1, as it always was', () => {
  const rule = ApprovalRule.parse({ approve: 2, deny: 1, from: ['owner', 'group:security'] });
  expect(termsOf(rule)).toMatchObject({
    tier: 1,
    thresholds: [{ approve: 2, deny: 1, from: ['owner', 'group:security'] }],
    reason: 'never',
    mayDelegate: false,
  });
  expect(fewestVoices(rule)).toBe(2);
  expect(termsOf(ApprovalRule.parse({ ...rule, reason_required: true })).reason).toBe('always');
});

const file = (rule: string, more = '') => `version: 1
team: { slack_teams: [T0TEAM], incident_channel: C0INCIDENTS }
people:
  alice: { slack: U0ALICE }
groups: { oncall: [alice] }
rules:
  rotate:
${rule.replace(/^/gm, '    ')}
${more}`;

describe('a slip in a rule is found when the file is read, where it stands', () => {
  test.each([
    ['tier: 4\napprove: 1\nfrom: [alice]', '8:11', 'rules.rotate.tier', '`0`, `1`'],
    ['tier: 3\napprove: 1\nfrom: [alice]', '9:14', 'rules.rotate.approve', 'at least 2'],
    ['tier: 0\nfrom: [alice]', '8:11', 'rules.rotate.tier', 'tier 0 asks nobody'],
    ['approve: 1', '', 'rules.rotate.from', '`from`'],
    [
      'approve: 1\nfrom: [alice]\nthresholds: [{ approve: 1, from: [alice] }]',
      '10:17',
      'rules.rotate.thresholds',
      'not both',
    ],
    ['approve: 1\nfrom: [alice]\nremind: [10m, 5m]', '10:19', 'rules.rotate.remind[1]', 'a longer time'],
    ['approve: 1\nfrom: [alice]\nremind: [soon]', '10:14', 'rules.rotate.remind[0]', 'a duration'],
    ['approve: 1\nfrom: [alice]\nescalate: [{ after: 5m, to: [alise] }]', '10:34', 'rules', 'a name that stands'],
    ['approve: 1\nfrom: [alice]\nnever: [group:oncal]', '10:13', 'rules', 'a name that stands'],
    ['approve: 1\nfrom: [alice]\nemergency_rule: rotat', '10:21', 'rules.rotate.emergency_rule', 'a rule that stands'],
    [
      'approve: 1\nfrom: [alice]\ncap: { max_keys: 1, above: refus }',
      '10:32',
      'rules.rotate.cap.above',
      'a rule that stands',
    ],
    ['approve: 1\nfrom: [alice]\nemergency_rule: rotate', '', 'rules.rotate', 'not back to itself'],
    [
      'thresholds: [{ approve: 1, from: [alice], when: { emergancy: true } }]',
      '8:55',
      'rules.rotate.thresholds[0].when.emergancy',
      'emergency',
    ],
    ['approve: 1\nfrom: [alice]\nreason_required: true\nreason: never', '11:13', 'rules.rotate.reason', '`always`'],
  ])('%s', (rule, at, path, expected) => {
    const checked = checkPolicy(file(rule), 'policy.yaml');
    if (checked.kind === 'ok') throw new Error('it was accepted');
    const [first] = checked.problems;
    expect(first?.path).toContain(path);
    expect(`${first?.expected} ${first?.got}`).toContain(expected);
    if (at !== '') expect(`${first?.line}:${first?.column}`).toBe(at);
  });

  test.each([
    ['break_glass: { from: [alise], review_by: [alice] }', 'break_glass'],
    ['freezes: [{ name: spring, from: 2027-03-01T00:00, to: 2027-03-31T00:00, approvers: [erin] }]', 'freezes'],
  ])('%s', (more, path) => {
    const checked = checkPolicy(file('approve: 1\nfrom: [alice]', more), 'policy.yaml');
    if (checked.kind === 'ok') throw new Error('it was accepted');
    expect(checked.problems[0]?.path).toContain(path);
  });
});
