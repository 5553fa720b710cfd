import fc from 'fast-check';
import { expect, test } from 'vitest';
import { delegateVoice } from '../../../src/domain/approval/delegate.ts';
import { type Approval, castVote, isExpired } from '../../../src/domain/approval.ts';
import type { PersonId } from '../../../src/domain/ids.ts';
import { ApprovalRule } from '../../../src/domain/policy/approval-rule.ts';
import { Refusal } from '../../../src/errors.ts';
import { anApproval, aPolicy, minutesAfter, NOON } from '../../support/builders.ts';

const RUNS = 10_000;
const ACTS = [
  'approve bob',
  'approve bob',
  'approve carol',
  'approve carol',
  'approve frank',
  'deny dave',
  'hand dave to frank',
  'hand bob to carol',
  'expire',
  'cancel',
  'late approve carol',
] as const;
type Act = (typeof ACTS)[number];

const policy = aPolicy({
  people: Object.fromEntries(
    ['alice', 'bob', 'carol', 'dave', 'frank'].map((name) => [name, { slack: `U0${name.toUpperCase()}` }]),
  ),
  groups: { security: ['bob', 'carol', 'dave'], oncall: ['alice', 'bob'] },
});
const asked = anApproval({ rule: ApprovalRule.parse({ approve: 2, from: ['group:security'], delegate: true }) });

interface Told {
  approval: Approval;
  outcomes: string[];
}

/** What the engine does with one act, in one transaction: nothing on a refusal. */
function after({ approval, outcomes }: Told, act: Act): Told {
  const now = act.startsWith('late') ? approval.expiresAt : minutesAfter(NOON, 1);
  const decide = (outcome: NonNullable<Approval['outcome']>): Told => ({
    approval: { ...approval, outcome, decidedAt: now },
    outcomes: [...outcomes, outcome],
  });
  if (act === 'expire') return approval.outcome === null ? decide('expired') : { approval, outcomes };
  if (act === 'cancel') return approval.outcome === null ? decide('cancelled') : { approval, outcomes };
  if (approval.outcome === null && isExpired(approval, now)) return decide('expired');
  const words = act.replace('late ', '').split(' ');
  const person = words[1] as PersonId;
  try {
    if (words[0] === 'hand') {
      const given = delegateVoice(approval, { from: person, to: words[3] as PersonId, reason: '' }, { policy, now });
      return { approval: { ...approval, delegations: [...approval.delegations, given] }, outcomes };
    }
    const cast = castVote(approval, { person, vote: words[0] as 'approve' | 'deny', reason: '' }, { policy, now });
    const voted = { ...approval, votes: [...approval.votes, cast.vote] };
    if (cast.kind === 'counted') return { approval: voted, outcomes };
    return { approval: { ...voted, outcome: cast.outcome, decidedAt: now }, outcomes: [...outcomes, cast.outcome] };
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return { approval, outcomes };
  }
}

test(`${RUNS} interleavings of approve, approve, deny, expire, cancel, hand over, again and too late: exactly one outcome each`, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.shuffledSubarray([...ACTS], { minLength: 2 }), (acts) => {
      const { approval, outcomes } = [...acts, 'expire' as const].reduce(after, {
        approval: asked,
        outcomes: [] as string[],
      });
      expect(outcomes).toHaveLength(1);
      const yes = approval.votes.filter(({ vote }) => vote === 'approve').map(({ person }) => person);
      expect(new Set(yes).size).toBe(yes.length);
      expect(approval.outcome === 'approved').toBe(yes.length === 2);
      expect(approval.outcome === 'rejected').toBe(approval.votes.some(({ vote }) => vote === 'deny'));
      // frank speaks only with the voice that dave gave away, and then dave says nothing.
      const handed = approval.delegations.some(({ from, to }) => `${from} ${to}` === 'dave frank');
      const spoke = (name: string) => approval.votes.some(({ person }) => `${person}` === name);
      if (spoke('frank')) expect(handed).toBe(true);
      if (handed) expect(spoke('dave')).toBe(false);
      // carol has a voice of her own, so she never gets a second one.
      expect(approval.delegations.some(({ to }) => `${to}` === 'carol')).toBe(false);
      seen.set(`${approval.outcome}`, (seen.get(`${approval.outcome}`) ?? 0) + 1);
    }),
    { numRuns: RUNS },
  );
  expect([...seen.keys()].sort()).toEqual(['approved', 'cancelled', 'expired', 'rejected']);
});
