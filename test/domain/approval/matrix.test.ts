import { expect, test } from 'vitest';
import { type Approval, castVote } from '../../../src/domain/approval.ts';
import { ApprovalRule } from '../../../src/domain/policy/approval-rule.ts';
import { Refusal } from '../../../src/errors.ts';
import { anApproval, aPolicy, minutesAfter, NOON } from '../../support/builders.ts';
import { type Cell, oracle, TABLES } from './oracle.ts';

const NAMES: Record<string, string> = {
  a: 'alice',
  b: 'bob',
  c: 'carol',
  d: 'dave',
  e: 'erin',
  f: 'frank',
  m: 'mallory',
};

const THRESHOLDS: Record<Cell['rule'], unknown> = {
  one_of_two_kinds: { approve: 1, from: ['owner', 'group:security'] },
  two_of_many: { approve: 2, from: ['group:security', 'group:oncall'] },
  owner_with_reason: {
    thresholds: [
      { approve: 1, from: ['owner'], when: { reason: 'given' } },
      { approve: 2, from: ['group:security', 'frank'] },
    ],
  },
  by_emergency: {
    thresholds: [
      { approve: 1, from: ['bob', 'frank'], when: { emergency: true } },
      { approve: 2, from: ['group:security'], when: { emergency: false } },
    ],
  },
  elsewhere_or_two_noes: {
    thresholds: [
      { approve: 1, from: ['owner'], when: { environment: ['staging'] } },
      { approve: 2, deny: 2, from: ['group:security', 'owner', 'group:oncall'] },
    ],
  },
};

const policyOf = ({ freeze }: Cell) =>
  aPolicy({
    people: Object.fromEntries(
      ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'].map((name) => [name, { slack: `U0${name.toUpperCase()}` }]),
    ),
    groups: { security: ['bob', 'dave'], oncall: ['alice', 'bob', 'frank'] },
    freezes: freeze ? [{ name: 'spring', from: '2027-03-01T00:00', to: '2027-03-31T00:00', approvers: ['erin'] }] : [],
  });

function askedIn(cell: Cell): Approval {
  return anApproval({
    // A table of one voice has no third tier; the highest it may have is the second.
    rule: ApprovalRule.parse({ ...(THRESHOLDS[cell.rule] as object), tier: cell.tier }),
    subject: { ...anApproval().subject, emergency: cell.emergency, compromised: cell.compromised },
  });
}

function answersOf(cell: Cell): string[] {
  let approval = askedIn(cell);
  const policy = policyOf(cell);
  return cell.votes.map(([who = '', how = ''], index) => {
    const now = minutesAfter(NOON, cell.late === 'first' || (cell.late === 'second' && index > 0) ? 10 : 9);
    const proving = cell.proof === 'given' ? { confirm: 'payments-prod', codeProved: true } : { confirm: 'payments' };
    const press = {
      person: NAMES[who] as Approval['asked'][number],
      vote: how === '-' ? ('deny' as const) : ('approve' as const),
      reason: how === '*' ? 'because' : '',
      ...proving,
    };
    try {
      const cast = castVote(approval, press, { policy, now });
      approval = { ...approval, votes: [...approval.votes, cast.vote] };
      if (cast.kind === 'counted') return 'counted';
      approval = { ...approval, outcome: cast.outcome, decidedAt: now };
      return cast.outcome;
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  });
}

const VOTES = [
  ['b+'],
  ['c+'],
  ['c*'],
  ['a*'],
  ['m+'],
  ['b-'],
  ['b+', 'b+'],
  ['b+', 'd+'],
  ['b+', 'd-'],
  ['b*', 'f+', 'e+'],
  ['e+', 'b+', 'd+'],
  ['e-', 'b+'],
  ['c+', 'b+', 'f*', 'd+'],
  ['d-', 'b-', 'c+'],
  ['c*', 'e+', 'b-'],
];

function cells(): Cell[] {
  const both = [true, false];
  const found: Cell[] = [];
  for (const rule of Object.keys(TABLES) as Cell['rule'][])
    for (const tier of tiersOf(rule))
      for (const emergency of both)
        for (const freeze of both)
          for (const compromised of both)
            for (const late of ['never', 'first', 'second'] as const)
              for (const proof of ['given', 'wrong'] as const)
                for (const votes of VOTES)
                  found.push({ rule, tier, emergency, freeze, compromised, late, proof, votes });
  return found;
}

function tiersOf(rule: Cell['rule']): Cell['tier'][] {
  return TABLES[rule].every(({ yes }) => yes >= 2) ? [1, 2, 3] : [1, 2];
}

test('every cell of tiers, alternatives, people, votes, time, emergency, freeze and compromise is what the table says', () => {
  const all = cells();
  expect(all.length).toBeGreaterThan(2_000);
  const wrong = all.filter((cell) => answersOf(cell).join() !== oracle(cell).join());
  expect(wrong.map((cell) => ({ ...cell, got: answersOf(cell), wanted: oracle(cell) })).slice(0, 5)).toEqual([]);
  const seen = new Set(all.flatMap(answersOf));
  expect([...seen].sort()).toEqual([
    'already_decided',
    'already_voted',
    'approval_expired',
    'approved',
    'code_needed',
    'confirmation_needed',
    'counted',
    'custodian',
    'not_an_approver',
    'own_request',
    'rejected',
  ]);
});
