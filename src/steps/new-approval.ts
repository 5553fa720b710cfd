import { eligibleFor } from '../domain/approval/eligible.ts';
import { keysTouched } from '../domain/approval/keys-touched.ts';
import { missingPeople } from '../domain/approval/reachable.ts';
import type { Approval } from '../domain/approval.ts';
import { planHashOf } from '../domain/binding.ts';
import { ApprovalId, type PersonId, personOf, StepId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import { type ApprovalRule, expiresMs, termsOf } from '../domain/policy/approval-rule.ts';
import { ruleFor } from '../domain/policy/rule-for.ts';
import type { Policy } from '../domain/policy.ts';
import { PermanentFailure } from '../errors.ts';
import type { ForecastContext } from './contract.ts';
import { bindingNow, keyOfRun } from './look-up.ts';
import { opaqueToken } from './opaque-token.ts';
import { modeOf } from './run-mode.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** The approval to ask for now, under the rule that holds here. Throws PermanentFailure when no rule does. */
export async function newApproval(
  asked: { question: string; rule: string },
  context: ForecastContext,
): Promise<Approval> {
  const { run } = context;
  const { policy } = await context.policy();
  const key = await keyOfRun(context);
  const { name, rule } = await ruleHere(asked.rule, { policy, key }, context);
  const binding = await bindingNow(context);
  const createdAt = context.now();
  const approval: Approval = {
    id: ApprovalId.parse(context.newId('apr')),
    run: run.id,
    step: StepId.parse(context.step.id),
    incident: run.incident,
    question: asked.question,
    ruleName: name,
    rule,
    subject: {
      owner: key?.owner ?? null,
      escalation: key?.escalation ?? null,
      environment: key?.environment ?? null,
      emergency: isEmergency(context),
      compromised: isCompromised(key, context),
      confirm: key?.slug ?? run.runbook.id,
    },
    binding,
    planHash: planHashOf(binding),
    requestedBy: run.requestedBy,
    asked: [],
    token: opaqueToken(context.newId),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + expiresMs(rule, isEmergency(context))),
    votes: [],
    delegations: [],
    reminded: 0,
    escalated: 0,
    glassBrokenBy: null,
    outcome: null,
    decidedAt: null,
  };
  return withAsked(approval, policy, context);
}

// Whoever is asked at all is asked now: where everybody whom the rule names is out, such as the one who asked and the one who keeps a key that
// somebody else may have, the rungs without which nobody could decide are taken at once.
async function withAsked(approval: Approval, policy: Policy, context: ForecastContext): Promise<Approval> {
  const rungs = termsOf(approval.rule).escalate.length;
  for (let escalated = 0; escalated <= rungs; escalated++) {
    const climbed = { ...approval, escalated };
    const asked = await ableToDecide(climbed, policy, context);
    if (missingPeople({ ...climbed, asked }, { policy, runAt: context.now() }) === null) return { ...climbed, asked };
  }
  return { ...approval, asked: await ableToDecide(approval, policy, context) };
}

async function ruleHere(
  name: string,
  { policy, key }: { policy: Policy; key: Key | null },
  context: ForecastContext,
): Promise<{ name: string; rule: ApprovalRule }> {
  const chosen = ruleFor(policy, name, {
    emergency: isEmergency(context),
    radius: {
      callers: key === null ? 0 : await callerCount(key, context),
      keys: keysTouched(context.run.inputs, key?.id ?? null, context.listsAhead()),
      environment: key?.environment ?? null,
    },
  });
  if (chosen.kind === 'rule') return chosen;
  if (chosen.kind === 'refused')
    throw new PermanentFailure(
      `The rule ${chosen.name} does not let anybody decide this: ${chosen.why}. Make it smaller, or change its cap in policy.yaml. Nothing was executed.`,
    );
  const known = Object.keys(policy.rules).sort().join(', ') || 'none';
  throw new PermanentFailure(`policy.yaml has no rule ${chosen.name}; it has: ${known}. Nothing was executed.`);
}

async function callerCount(key: Key, { ledger, now }: ForecastContext): Promise<number> {
  return (await ledger.callersOf(key.id, new Date(now().getTime() - WEEK_MS))).length;
}

/** An incident is an emergency unless its request said `planned`. */
function isEmergency(context: ForecastContext): boolean {
  const mode = modeOf(context);
  return mode === null ? context.incident !== null : mode !== 'planned';
}

/** Whether somebody else may have the key, as the ledger or whoever asked says. */
function isCompromised(key: Key | null, context: ForecastContext): boolean {
  const mode = modeOf(context);
  return (
    (key !== null && key.compromisedAt !== null) || mode === 'suspected' || mode === 'extended' || mode === 'exploited'
  );
}

/** Whoever could say yes today; where a code is needed, without those who have none. */
async function ableToDecide(approval: Approval, policy: Policy, { now, stepUp }: ForecastContext): Promise<PersonId[]> {
  const people = [...eligibleFor(approval, { policy, runAt: now() })].sort();
  if (termsOf(approval.rule).tier !== 3) return people;
  const able: PersonId[] = [];
  for (const person of people) if (await stepUp.isEnrolled(person)) able.push(person);
  return able;
}

/** Why nobody could ever decide it, and whom to add; null when enough people can. Waiting for the others would only burn the deadline. */
export async function shortfallOf(approval: Approval, context: ForecastContext): Promise<string | null> {
  const { policy } = await context.policy();
  const { tier } = termsOf(approval.rule);
  const missing = missingPeople(approval, { policy, runAt: context.now() });
  if (missing === null) return null;
  const { asked, ruleName } = approval;
  const have = asked.length === 0 ? 'nobody can decide today' : `only ${asked.join(', ')} can decide today`;
  const requester = personOf(approval.requestedBy);
  const own =
    requester !== null && !approval.rule.requester_may_approve ? `, other than ${requester}, who asked for this` : '';
  const codes = tier === 3 ? ` Each of them needs a code of their own: ${context.stepUp.howToEnrol}` : '';
  return (
    `The rule ${ruleName} needs ${missing} and ${have}. ` +
    `Add people to one of these in policy.yaml${own}; then start the request again.${codes} Nothing was executed.`
  );
}
