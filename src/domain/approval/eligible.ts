import { Refusal } from '../../errors.ts';
import type { Approval } from '../approval.ts';
import { type PersonId, personOf } from '../ids.ts';
import { termsOf } from '../policy/approval-rule.ts';
import { type Policy, peopleNamed } from '../policy.ts';
import { freezeApprovers } from './freeze.ts';

export type Eligibility = Pick<
  Approval,
  'rule' | 'subject' | 'requestedBy' | 'delegations' | 'escalated' | 'votes' | 'asked'
>;
/** `runAt`: when what is approved would run, which is now unless somebody said "not before". */
export interface Today {
  policy: Policy;
  runAt: Date;
}

/** Whoever could decide this today: the people whom an alternative, an escalation, a freeze or a delegation names, less those who never may. */
export function eligibleFor(approval: Eligibility, today: Today): Set<PersonId> {
  const own = ownVoices(approval, today);
  const handedOver = new Set(approval.delegations.map(({ from }) => from));
  const voices = new Set([...own].filter((person) => !handedOver.has(person)));
  for (const { from, to } of approval.delegations)
    if (own.has(from) && Object.hasOwn(today.policy.people, to)) voices.add(to);
  return less(voices, excludedFrom(approval, today.policy));
}

/** The same before anybody handed over a voice. */
export function ownVoices(approval: Eligibility, today: Today): Set<PersonId> {
  const { thresholds } = termsOf(approval.rule);
  const named = thresholds.filter((one) => appliesTo(one, approval)).flatMap(({ from }) => from);
  const people = peopleNamed(today.policy, named, approval.subject);
  for (const person of escalatedTo(approval, today.policy)) people.add(person);
  for (const person of freezeApprovers(approval, today)) people.add(person);
  return less(people, excludedFrom(approval, today.policy));
}

/** Those whom the rungs that were taken name; they stand in for anybody whom an alternative names. */
export function escalatedTo(
  approval: Pick<Eligibility, 'rule' | 'subject' | 'escalated'>,
  policy: Policy,
): Set<PersonId> {
  const rungs = termsOf(approval.rule).escalate.slice(0, approval.escalated);
  return peopleNamed(
    policy,
    rungs.flatMap(({ to }) => to),
    approval.subject,
  );
}

/** Who may never decide this, whatever names them: the requester, the custodian of a key that somebody else may have, and whom the rule says. */
export function excludedFrom(
  approval: Pick<Eligibility, 'rule' | 'subject' | 'requestedBy'>,
  policy: Policy,
): Set<PersonId> {
  const { rule, subject, requestedBy } = approval;
  const excluded = peopleNamed(policy, rule.never ?? [], subject);
  const requester = personOf(requestedBy);
  if (requester !== null && !rule.requester_may_approve) excluded.add(requester);
  if (subject.compromised && rule.custodian_may_approve !== true)
    for (const person of peopleNamed(policy, ['owner'], subject)) excluded.add(person);
  return excluded;
}

/** Whether an alternative is one here at all; whether a vote has a reason is asked of the vote. */
export function appliesTo(
  { when }: ReturnType<typeof termsOf>['thresholds'][number],
  { subject }: Pick<Eligibility, 'subject'>,
): boolean {
  if (when?.emergency !== undefined && when.emergency !== subject.emergency) return false;
  return (
    when?.environment === undefined || (subject.environment !== null && when.environment.includes(subject.environment))
  );
}

export function assertMayDecide(approval: Eligibility, person: PersonId, today: Today): void {
  const eligible = eligibleFor(approval, today);
  if (eligible.has(person)) return;
  const others = [...eligible].sort().join(', ') || 'nobody today: ask the security team to extend policy.yaml';
  const handed = approval.delegations.find(({ from }) => from === person);
  if (handed !== undefined)
    throw new Refusal('handed_over', `You handed your voice in this to ${handed.to}. Who can decide: ${others}.`);
  if (personOf(approval.requestedBy) === person)
    throw new Refusal('own_request', `You asked for this yourself, so somebody else has to decide: ${others}.`);
  if (excludedFrom(approval, today.policy).has(person) && approval.subject.compromised)
    throw new Refusal(
      'custodian',
      `Somebody else may have this key, so whoever keeps it does not decide about it. Who can decide: ${others}.`,
    );
  throw new Refusal('not_an_approver', `You are not an approver for this. Who can decide: ${others}.`);
}

export function less(people: ReadonlySet<PersonId>, others: ReadonlySet<PersonId>): Set<PersonId> {
  return new Set([...people].filter((person) => !others.has(person)));
}
