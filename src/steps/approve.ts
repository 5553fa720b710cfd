import { z } from 'zod';
import { type Approval, describeOutcome, eligibleFor, isExpired } from '../domain/approval.ts';
import { planHashOf } from '../domain/binding.ts';
import { ApprovalId, personOf, StepId } from '../domain/ids.ts';
import type { ApprovalRule, Policy } from '../domain/policy.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { approvalRule, peopleText } from './fields.ts';
import { bindingNow, keyOfRun } from './look-up.ts';
import { opaqueToken } from './opaque-token.ts';
import { modeOf } from './run-mode.ts';

const With = z.strictObject({
  question: peopleText.describe('What is being decided, in one sentence that people read.'),
  rule: approvalRule.describe('Rule in policy.yaml that says who decides and how many.'),
});

/**
 * Waits for people. What they approve is bound to the runbook's text, the inputs, the key's row and the policy, and compared again at
 * the moment the approval is spent: what changed in between is asked again, never executed.
 */
export const approve = defineStep({
  uses: 'approve',
  summary: 'Asks the people that a rule of policy.yaml names, and goes on only with their approval.',
  with: With,
  outputs: z.strictObject({ by: z.array(z.string()).describe('Who approved.') }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'A decision is a record; it stays.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  perform: async (input, context) => askFor(input, context),
  resume: async (input, context) => {
    const approval = await waitedFor(context);
    switch (approval.outcome) {
      case null:
        return isExpired(approval, context.now())
          ? expire(approval)
          : { kind: 'wait', waiting: context.waiting, events: [] };
      case 'approved':
        return spend(approval, input, context);
      case 'rejected':
        return { kind: 'failed', error: rejection(approval), events: [] };
      default:
        return {
          kind: 'failed',
          error: `The approval was ${describeOutcome(approval)}; nothing was executed. Start the request again.`,
          events: [],
        };
    }
  },
});

async function askFor(
  input: z.output<typeof With>,
  context: StepContext,
): Promise<StepResult & { kind: 'wait' | 'failed' }> {
  const approval = await newApproval(input, context);
  const shortfall = shortfallOf(approval);
  if (shortfall !== null) return { kind: 'failed', error: shortfall, events: [] };
  return {
    kind: 'wait',
    waiting: { kind: 'approval', id: approval.id, until: approval.expiresAt },
    events: [{ type: 'approval_requested', approval }],
  };
}

async function newApproval(input: z.output<typeof With>, context: StepContext): Promise<Approval> {
  const { run } = context;
  const { policy } = await context.policy();
  const rule = ruleNamed(policy, input.rule);
  const key = await keyOfRun(context);
  const subject = { owner: key?.owner ?? null, escalation: key?.escalation ?? null };
  const binding = await bindingNow(context);
  const createdAt = context.now();
  const minutes = isEmergency(context) ? rule.expires_minutes.emergency : rule.expires_minutes.planned;
  return {
    id: ApprovalId.parse(context.newId('apr')),
    run: run.id,
    step: StepId.parse(context.step.id),
    incident: run.incident,
    question: input.question,
    ruleName: input.rule,
    rule,
    subject,
    binding,
    planHash: planHashOf(binding),
    requestedBy: run.requestedBy,
    asked: [...eligibleFor({ rule, subject, requestedBy: run.requestedBy }, policy)].sort(),
    token: opaqueToken(context.newId),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + minutes * 60_000),
    votes: [],
    outcome: null,
    decidedAt: null,
  };
}

function ruleNamed(policy: Policy, name: string): ApprovalRule {
  const rule = policy.rules[name];
  if (rule !== undefined) return rule;
  const known = Object.keys(policy.rules).sort().join(', ') || 'none';
  throw new PermanentFailure(`policy.yaml has no rule ${name}; it has: ${known}. Nothing was executed.`);
}

/** An incident is an emergency unless its request said `planned`. */
function isEmergency(context: StepContext): boolean {
  const mode = modeOf(context);
  return mode === null ? context.incident !== null : mode !== 'planned';
}

// Waiting for people who do not exist would only burn the deadline.
function shortfallOf(approval: Approval): string | null {
  const { asked, rule, ruleName } = approval;
  if (asked.length >= rule.approve) return null;
  const have = asked.length === 0 ? 'nobody can decide today' : `only ${asked.join(', ')} can decide today`;
  const requester = personOf(approval.requestedBy);
  const own = requester !== null && !rule.requester_may_approve ? `, other than ${requester}, who asked for this` : '';
  return (
    `The rule ${ruleName} needs ${rule.approve} of ${rule.from.join(', ')} and ${have}. ` +
    `Add people to one of these in policy.yaml${own}; then start the request again. Nothing was executed.`
  );
}

async function waitedFor(context: Parameters<NonNullable<typeof approve.resume>>[1]): Promise<Approval> {
  const { waiting } = context;
  const approval = waiting.kind === 'approval' ? await context.ledger.approval(waiting.id) : null;
  if (approval === null) throw new PermanentFailure('The approval that this step waited for is not in the ledger.');
  return approval;
}

/**
 * A yes is spent now, on what it was given for. It keeps for as long again as people had to decide: one that lay longer, because the worker
 * was down, is asked for again, like one whose plan has changed.
 */
async function spend(approval: Approval, input: z.output<typeof With>, context: StepContext): Promise<StepResult> {
  if (isFresh(approval, context.now()) && planHashOf(await bindingNow(context)) === approval.planHash) {
    const by = approval.votes.filter((vote) => vote.vote === 'approve').map((vote) => vote.person);
    return { kind: 'done', outputs: { by }, events: [] };
  }
  const again = await askFor(input, context);
  return {
    ...again,
    events: [{ type: 'approval_decided', approval: approval.id, outcome: 'superseded' }, ...again.events],
  };
}

function isFresh({ createdAt, expiresAt, decidedAt }: Approval, now: Date): boolean {
  const keepsMs = expiresAt.getTime() - createdAt.getTime();
  return now.getTime() - (decidedAt ?? expiresAt).getTime() <= keepsMs;
}

function expire(approval: Approval): StepResult {
  return {
    kind: 'failed',
    error:
      `Nobody decided by ${approval.expiresAt.toISOString()}; asked were ${approval.asked.join(', ')}. ` +
      'Nothing was executed. Start the request again.',
    events: [{ type: 'approval_decided', approval: approval.id, outcome: 'expired' }],
  };
}

function rejection(approval: Approval): string {
  const denied = approval.votes.filter((vote) => vote.vote === 'deny');
  const who = denied.map((vote) =>
    vote.reason.trim() === '' ? vote.person : `${vote.person} ("${vote.reason.trim()}")`,
  );
  const at = approval.decidedAt === null ? '' : ` at ${approval.decidedAt.toISOString()}`;
  return `Rejected by ${who.join(', ')}${at}. Nothing was executed. Talk to them, then start the request again.`;
}
