import { z } from 'zod';
import { excludedFrom } from '../domain/approval/eligible.ts';
import { freezesToSatisfy } from '../domain/approval/freeze.ts';
import { dueOf } from '../domain/approval/ladder.ts';
import { approversOf, isStillGood, waitsUntil } from '../domain/approval/spend.ts';
import { type Approval, describeOutcome, isExpired } from '../domain/approval.ts';
import { planHashOf } from '../domain/binding.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { instantText } from '../domain/instant.ts';
import { termsOf } from '../domain/policy/approval-rule.ts';
import { peopleNamed } from '../domain/policy.ts';
import type { ApprovalTerms, ForeseenPeople } from '../domain/runbook-plan.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type ForecastContext, type StepContext, type StepResult } from './contract.ts';
import { approvalRule, peopleText } from './fields.ts';
import { foreseen } from './forecast.ts';
import { bindingNow } from './look-up.ts';
import { newApproval, shortfallOf } from './new-approval.ts';

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
  unskippable: 'it would be a way around the people who decide. Let them deny it, or cancel the run.',
  timeoutMs: 15_000,
  rehearsal: 'real',
  forecast: async ({ question, rule }, context) => {
    if (question === undefined || rule === undefined) return foreseen({ calls: ['ask for an approval'] });
    const approval = await newApproval({ question, rule }, context);
    const shortfall = await shortfallOf(approval, context);
    const terms = termsHere(approval);
    if (terms.tier === 0) return foreseen({ calls: [`ledger: record that the rule ${terms.rule} asks nobody`] });
    return foreseen({
      people: [{ who: approval.asked, for: question, terms }, ...(await askedLater(approval, context))],
      ...(shortfall !== null && { problems: [shortfall] }),
    });
  },
  perform: async (input, context) => askFor(input, context),
  resume: async (input, context) => {
    const approval = await waitedFor(context);
    switch (approval.outcome) {
      case null:
        return isExpired(approval, context.now()) ? expire(approval) : remind(approval, context);
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

/** Those whom only the rungs of its ladder name: they are asked when nobody has decided by then. */
async function askedLater(approval: Approval, context: ForecastContext): Promise<ForeseenPeople[]> {
  const { policy } = await context.policy();
  const others = new Set([...excludedFrom(approval, policy), ...approval.asked]);
  return termsOf(approval.rule).escalate.flatMap(({ to }) => {
    const who = [...peopleNamed(policy, to, approval.subject)].filter((person) => !others.has(person)).sort();
    return who.length === 0 ? [] : [{ who, for: approval.question, later: true as const }];
  });
}

function termsHere({ ruleName: rule, rule: written, createdAt, expiresAt }: Approval): ApprovalTerms {
  const { tier, thresholds, remindMs, escalate } = termsOf(written);
  return { rule, tier, thresholds, expiresMs: expiresAt.getTime() - createdAt.getTime(), remindMs, escalate };
}

/** Under tier 0 nobody is asked: that it was decided, and under which rule, is on record all the same. */
async function askFor(input: z.output<typeof With>, context: StepContext): Promise<StepResult> {
  const approval = await newApproval(input, context);
  const shortfall = await shortfallOf(approval, context);
  if (shortfall !== null) return { kind: 'failed', error: shortfall, events: [] };
  const requested = { type: 'approval_requested', approval } as const;
  if (termsOf(approval.rule).tier === 0) {
    const { policy } = await context.policy();
    // Nobody is asked who could speak for the freeze.
    if (freezesToSatisfy(approval, { policy, runAt: context.now() }).length > 0)
      return { kind: 'failed', error: frozen(approval), events: [] };
    const decided = { type: 'approval_decided', approval: approval.id, outcome: 'approved' } as const;
    return { kind: 'done', outputs: { by: [] }, events: [requested, decided] };
  }
  const { policy } = await context.policy();
  const { wakeAt } = dueOf(approval, { policy, now: context.now() });
  return { kind: 'wait', waiting: { kind: 'approval', id: approval.id, until: wakeAt }, events: [requested] };
}

function frozen({ ruleName }: Approval): string {
  return (
    `A freeze is on that wants an approver of its own, and the rule ${ruleName} (tier 0) asks nobody. ` +
    'Nothing was executed. Start the request again after the freeze, or name a rule of tier 1 in the runbook.'
  );
}

/** Woken although nobody has decided: whoever is to be reminded or asked besides is told, each rung once. */
async function remind(approval: Approval, context: StepContext): Promise<StepResult> {
  const { policy } = await context.policy();
  const { remind: reminder, escalate, wakeAt } = dueOf(approval, { policy, now: context.now() });
  const events: LedgerEvent[] = [
    ...(reminder === null ? [] : [{ type: 'approval_reminded' as const, approval: approval.id, ...reminder }]),
    ...escalate.map((rung) => ({ type: 'approval_escalated' as const, approval: approval.id, ...rung })),
  ];
  return { kind: 'wait', waiting: { kind: 'approval', id: approval.id, until: wakeAt }, events };
}

async function waitedFor(context: Parameters<NonNullable<typeof approve.resume>>[1]): Promise<Approval> {
  const { waiting } = context;
  const approval = waiting.kind === 'approval' ? await context.ledger.approval(waiting.id) : null;
  if (approval === null) throw new PermanentFailure('The approval that this step waited for is not in the ledger.');
  return approval;
}

/**
 * A yes is spent on what it was given for, and not before the time that was said with it. It keeps for as long again as people had to decide:
 * one that lay longer, because the worker was down, is asked for again, like one whose plan has changed.
 */
async function spend(approval: Approval, input: z.output<typeof With>, context: StepContext): Promise<StepResult> {
  const now = context.now();
  // "Not before then", and then is now: a run that is paused begins nothing, so the yes lies until it is resumed, and is looked at then.
  if (context.run.paused !== null)
    return { kind: 'wait', waiting: { kind: 'approval', id: approval.id, until: null }, events: [] };
  const until = waitsUntil(approval, now);
  if (until !== null) return { kind: 'wait', waiting: { kind: 'approval', id: approval.id, until }, events: [] };
  const { policy } = await context.policy();
  if (isStillGood(approval, { policy, now }) && planHashOf(await bindingNow(context)) === approval.planHash)
    return { kind: 'done', outputs: { by: approversOf(approval) }, events: [] };
  const again = await askFor(input, context);
  return {
    ...again,
    events: [{ type: 'approval_decided', approval: approval.id, outcome: 'superseded' }, ...again.events],
  };
}

function expire(approval: Approval): StepResult {
  return {
    kind: 'failed',
    error:
      `Nobody decided by ${instantText(approval.expiresAt)}; asked were ${approval.asked.join(', ')}. ` +
      'Nothing was executed. Start the request again.',
    events: [{ type: 'approval_decided', approval: approval.id, outcome: 'expired' }],
  };
}

function rejection(approval: Approval): string {
  const denied = approval.votes.filter((vote) => vote.vote === 'deny');
  const who = denied.map((vote) =>
    vote.reason.trim() === '' ? vote.person : `${vote.person} ("${vote.reason.trim()}")`,
  );
  const at = approval.decidedAt === null ? '' : ` at ${instantText(approval.decidedAt)}`;
  return `Rejected by ${who.join(', ')}${at}. Nothing was executed. Talk to them, then start the request again.`;
}
