import { Refusal } from '../../errors.ts';
import { type Approval, assertOpen, type Delegation } from '../approval.ts';
import { type PersonId, personOf } from '../ids.ts';
import { termsOf } from '../policy/approval-rule.ts';
import { assertMayDecide, eligibleFor, excludedFrom, ownVoices, type Today } from './eligible.ts';
import { runAt } from './run-at.ts';

interface Handing {
  from: PersonId;
  to: PersonId;
  reason: string;
}

/**
 * An approver hands their voice in this one approval to somebody else: only a voice of their own, only once, and to nobody who may not
 * decide it. Throws a Refusal that names why not.
 */
export function delegateVoice(
  approval: Approval,
  { from, to, reason }: Handing,
  at: { policy: Today['policy']; now: Date },
): Delegation {
  assertOpen(approval, at.now);
  const today = { policy: at.policy, runAt: runAt(approval, at.now) };
  if (!termsOf(approval.rule).mayDelegate)
    throw new Refusal(
      'may_not_delegate',
      `The rule ${approval.ruleName} does not let its approvers hand over their voice. Decide yourself, or leave it to the others.`,
    );
  assertMayDecide(approval, from, today);
  if (!ownVoices(approval, today).has(from))
    throw new Refusal('delegated_already', 'Your voice in this was handed to you; it cannot be handed on.');
  if (approval.votes.some(({ person }) => person === from))
    throw new Refusal('already_voted', 'You have already voted on this, so there is nothing left to hand over.');
  assertMayReceive(approval, to, today);
  return { from, to, reason, at: at.now };
}

function assertMayReceive(approval: Approval, to: PersonId, today: Today): void {
  if (!Object.hasOwn(today.policy.people, to))
    throw new Refusal(
      'unknown_person',
      `policy.yaml knows nobody called ${to}. Name somebody who stands under people.`,
    );
  if (personOf(approval.requestedBy) === to)
    throw new Refusal('own_request', `${to} asked for this, so your voice cannot go to ${to}. Name somebody else.`);
  if (excludedFrom(approval, today.policy).has(to))
    throw new Refusal('not_an_approver', `${to} may not decide this, whoever asks for it. Name somebody else.`);
  if (eligibleFor(approval, today).has(to) || approval.delegations.some((one) => one.from === to || one.to === to))
    throw new Refusal('has_a_voice', `${to} has a voice in this already, and nobody has two. Name somebody else.`);
}
