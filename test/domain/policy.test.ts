import { describe, expect, test } from 'vitest';
import type { Actor } from '../../src/domain/ids.ts';
import { assertMay, danglingNames, Policy, peopleNamed, personBySlack, type Verb } from '../../src/domain/policy.ts';
import { Refusal } from '../../src/errors.ts';
import { aPolicy } from '../support/builders.ts';

// Written out by hand and by another way than the product's: who may, per verb and owner, as plain lists.
const PEOPLE = ['ann', 'ben', 'cem', 'dea', 'eve'];
const GROUPS: Record<string, string[]> = {
  security: ['ann', 'ben'],
  oncall: ['ben', 'cem'],
  payments: ['dea'],
  ghosts: ['nobody'],
};
const LISTS = [
  { names: ['group:security'], people: () => ['ann', 'ben'] },
  { names: ['owner'], people: (subject: Subject) => meaning(subject.owner) },
  { names: ['escalation'], people: (subject: Subject) => meaning(subject.escalation) },
  { names: ['owner', 'group:oncall'], people: (subject: Subject) => [...meaning(subject.owner), 'ben', 'cem'] },
  { names: ['eve'], people: () => ['eve'] },
  { names: ['group:ghosts'], people: () => [] },
  { names: ['group:missing', 'stranger'], people: () => [] },
  { names: undefined, people: () => [] },
];
const OWNERS = [null, 'dea', 'group:payments', 'group:missing', 'nobody', 'constructor', 'owner'];
const ESCALATIONS = [null, 'group:oncall', 'eve'];
const VERBS: Verb[] = ['rotate', 'cancel', 'answer', 'read', 'verify'];
const ACTORS = [
  ...PEOPLE.map((name) => `person:${name}`),
  'person:stranger',
  'person:constructor',
  'person:nobody',
  'hook:ann',
  'schedule:ann',
  'system:ann',
  'person:',
];

type Subject = { owner: string | null; escalation: string | null };

function meaning(name: string | null): string[] {
  if (name === 'dea' || name === 'group:payments') return ['dea'];
  if (name === 'eve') return ['eve'];
  if (name === 'group:oncall') return ['ben', 'cem'];
  return [];
}

test('the policy says the same as an independent table, over more than 2 000 cells; everything else is denied', () => {
  let cells = 0;
  for (const list of LISTS)
    for (const verb of VERBS)
      for (const owner of OWNERS)
        for (const escalation of ESCALATIONS)
          for (const actor of ACTORS) {
            cells += 1;
            const policy = aPolicy({
              people: Object.fromEntries(PEOPLE.map((name, i) => [name, { slack: `U0${i}X` }])),
              groups: GROUPS,
              may: list.names === undefined ? {} : { [verb]: list.names },
            });
            const subject = { owner, escalation };
            const expected = actor.startsWith('person:') && list.people(subject).includes(actor.slice(7));
            const cell = `${actor} ${verb} ${list.names} owner=${owner} escalation=${escalation}`;
            expect(`${cell}: ${allows(policy, verb, actor as Actor, subject)}`).toBe(`${cell}: ${expected}`);
            for (const other of VERBS)
              if (other !== verb) expect(allows(policy, other, actor as Actor, subject)).toBe(false);
          }
  expect(cells).toBeGreaterThan(2_000);
});

function allows(policy: Policy, verb: Verb, actor: Actor, subject: Subject): boolean {
  try {
    assertMay(policy, verb, { actor, subject });
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ code: 'not_allowed' });
    return false;
  }
}

describe('names', () => {
  test('a refusal names who may', () => {
    const request = { actor: 'person:carol', subject: { owner: null, escalation: null } } as const;
    expect(() => assertMay(aPolicy(), 'cancel', request)).toThrow(
      'carol may not cancel this key. Who may: alice, bob.',
    );
    expect(() => assertMay(aPolicy({ may: {} }), 'cancel', request)).toThrow('nobody yet: add people under `may`');
  });

  test('only a known Slack account is a person', () => {
    expect(personBySlack(aPolicy(), 'U0BOB')).toBe('bob');
    expect(() => personBySlack(aPolicy(), 'U0EVIL')).toThrow('does not know the Slack user U0EVIL');
  });

  test('a group means its members of today, without those who are no people of the policy', () => {
    const policy = aPolicy({ groups: { security: ['bob', 'left-last-year'] } });
    expect([...peopleNamed(policy, ['group:security', 'bob'], { owner: null, escalation: null })]).toEqual(['bob']);
  });

  test('names that point at nothing are found', () => {
    const policy = aPolicy({
      may: { rotate: ['group:secrity', 'owner', 'alice'] },
      groups: { security: ['bob', 'zed'] },
      rules: { rotate: { ...aPolicy().rules.rotate, from: ['escalation', 'group:oncal'] } as Policy['rules'][string] },
    });
    expect(danglingNames(policy).sort()).toEqual(['group:oncal', 'group:secrity', 'zed']);
  });
});

test.each([
  ['nothing', {}],
  ['an unknown field', { ...aPolicy(), admin: true }],
  ['a rule without approvers', { ...aPolicy(), rules: { rotate: { approve: 1, from: [] } } }],
  ['a rule of zero', { ...aPolicy(), rules: { rotate: { approve: 0, from: ['bob'] } } }],
  ['a misspelt verb', { ...aPolicy(), may: { rotat: ['bob'] } }],
  ['a person without a Slack account', { ...aPolicy(), people: { bob: {} } }],
])('a policy file with %s is no policy', (_what, text) => {
  expect(Policy.safeParse(text).success).toBe(false);
});

test('refuses a time zone that nobody knows, before the first digest or freeze has to be read on its clock', () => {
  const team = { slack_teams: ['T0TEAM'], time_zone: 'Europe/Berln', incident_channel: 'C0INCIDENTS' };
  const { success, error } = Policy.safeParse({ ...aPolicy(), team });
  expect(success).toBe(false);
  expect(error?.issues.map(({ message }) => message)).toEqual(['expected a time zone such as Europe/Berlin']);
});
