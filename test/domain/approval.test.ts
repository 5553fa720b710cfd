import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differencesOf } from '../../src/domain/approval/differences.ts';
import { eligibleFor } from '../../src/domain/approval/eligible.ts';
import { type Approval, castVote, isExpired } from '../../src/domain/approval.ts';
import { Refusal } from '../../src/errors.ts';
import { alice, anApproval, aPolicy, bob, carol, minutesAfter, NOON } from '../support/builders.ts';

const at = (minutes = 1) => ({ policy: aPolicy(), now: minutesAfter(NOON, minutes) });
const press = (person = bob, vote: 'approve' | 'deny' = 'approve', reason = '') => ({ person, vote, reason });
const ruled = (overrides: Partial<Approval['rule']>, more: Partial<Approval> = {}) =>
  anApproval({ rule: { ...anApproval().rule, ...overrides }, ...more });

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'counted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('who may decide', () => {
  test.each([
    ['a member of the group', bob, {}, 'counted'],
    ['the owner', carol, {}, 'counted'],
    ['who asked for it', alice, {}, 'own_request'],
    ['who asked for it, although in the group', bob, { requestedBy: 'person:bob' }, 'own_request'],
    ['somebody else', 'mallory' as typeof bob, {}, 'not_an_approver'],
    ['a name that every object knows', 'constructor' as typeof bob, {}, 'not_an_approver'],
  ] as const)('%s', (_who, person, overrides, code) => {
    expect(codeOf(() => castVote(anApproval(overrides), press(person), at()))).toBe(code);
  });

  test('the requester may where the rule says so', () => {
    const approval = ruled({ requester_may_approve: true, from: ['group:oncall'] });
    expect(castVote(approval, press(alice), at())).toMatchObject({ outcome: 'approved' });
  });

  test('a request by a hook has no requester to leave out', () => {
    expect(
      [...eligibleFor(anApproval({ requestedBy: 'hook:payments_api' }), { policy: aPolicy(), runAt: NOON })].sort(),
    ).toEqual([bob, carol]);
  });

  test('the refusal names who can decide', () => {
    expect(() => castVote(anApproval(), press(alice), at())).toThrow('somebody else has to decide: bob, carol');
  });
});

describe('time and state', () => {
  test('the instant of expiry is expired, the millisecond before is not', () => {
    const { expiresAt } = anApproval();
    expect(isExpired(anApproval(), expiresAt)).toBe(true);
    expect(isExpired(anApproval(), new Date(expiresAt.getTime() - 1))).toBe(false);
    expect(codeOf(() => castVote(anApproval(), press(), at(10)))).toBe('approval_expired');
  });

  test.each(['approved', 'rejected', 'expired', 'cancelled', 'superseded'] as const)(
    'once %s, nothing counts any more',
    (outcome) => {
      const over = anApproval({ outcome, decidedAt: NOON });
      expect(codeOf(() => castVote(over, press(), at()))).toBe('already_decided');
    },
  );
});

test('over all rules and sequences of presses: deny wins, thresholds hold, and one person is one vote', () => {
  const people = ['p1', 'p2', 'p3', 'p4', 'p5'] as unknown as (typeof bob)[];
  const policy = aPolicy({
    people: Object.fromEntries(['alice', ...people].map((name, i) => [name, { slack: `U0${i}X` }])),
    groups: { security: people as unknown as string[] },
  });
  const votes = fc.array(fc.tuple(fc.constantFrom(...people), fc.constantFrom('approve' as const, 'deny' as const)), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), votes, (approve, deny, presses) => {
      let approval = ruled({ approve, deny, from: ['group:security'] });
      const counted = { approve: new Set<string>(), deny: new Set<string>() };
      for (const [person, vote] of presses) {
        const voted = counted.approve.has(person) || counted.deny.has(person);
        if (voted) {
          expect(codeOf(() => castVote(approval, press(person, vote), { policy, now: NOON }))).toBe('already_voted');
          continue;
        }
        const cast = castVote(approval, press(person, vote), { policy, now: NOON });
        counted[vote].add(person);
        const expected = counted.deny.size >= deny ? 'rejected' : counted.approve.size >= approve ? 'approved' : null;
        expect(cast.kind === 'decided' ? cast.outcome : null).toBe(expected);
        if (cast.kind === 'counted') expect(cast.still).toBe(approve - counted.approve.size);
        if (expected !== null) return;
        approval = { ...approval, votes: [...approval.votes, cast.vote] };
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a difference is named for everything that an approval is bound to', () => {
  const { binding } = anApproval();
  expect(differencesOf(binding, binding)).toEqual([]);
  const named = (change: Partial<typeof binding>) => differencesOf(binding, { ...binding, ...change }).join();
  expect(named({ runbookHash: 'x'.repeat(64) })).toContain('the runbook that runs');
  expect(named({ fileHash: null })).toContain("the runbook's file (aaaaaaaa → missing)");
  expect(named({ keyVersion: 2 })).toContain('the key (row version 1 → 2)');
  expect(named({ policyHash: 'y'.repeat(64) })).toContain('the policy');
  expect(named({ inputs: { ...binding.inputs, situation: 'exploited' } })).toMatch(
    /^the inputs \(situation .* → "exploited"\)$/,
  );
});
