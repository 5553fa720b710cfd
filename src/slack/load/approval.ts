import { escalatedTo } from '../../domain/approval/eligible.ts';
import { proofWanted } from '../../domain/approval/proof.ts';
import { notBeforeOf } from '../../domain/approval/run-at.ts';
import type { Approval } from '../../domain/approval.ts';
import { spanText } from '../../domain/duration.ts';
import { ApprovalId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import { pastPointOfNoReturn } from '../../domain/moves-back.ts';
import type { Plan, PlannedStep } from '../../domain/plan.ts';
import { fewestVoices, termsOf } from '../../domain/policy/approval-rule.ts';
import type { Run } from '../../domain/run.ts';
import { stepsToCome } from '../../domain/to-come.ts';
import type { Review } from '../../engine/approvals/verbs.ts';
import type { Sources } from '../deps.ts';
import type { ApprovalCard, BlastRadius } from '../views/approval-card.ts';
import type { PlanLine, ReviewModal } from '../views/review-modal.ts';
import { actorText, displayNames } from './names.ts';
import { planOrNull } from './run.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

export async function loadApproval(sources: Sources, subject: string): Promise<ApprovalCard | null> {
  const approval = await sources.ledger.approval(ApprovalId.parse(subject));
  if (approval === null) return null;
  const name = await displayNames(sources);
  const about = await aboutOf(sources, approval);
  return {
    ...approval,
    key: about.key === null ? null : nameOf(about.key),
    requestedBy: actorText(approval.requestedBy, name),
    reason: about.run?.reason ?? '',
    runbook: approval.binding.runbook,
    rule: { name: approval.ruleName, approve: fewestVoices(approval.rule) },
    asked: approval.asked.map(name),
    escalatedTo: await escalatedNames(sources, approval),
    delegations: approval.delegations.map((one) => ({ ...one, from: name(one.from), to: name(one.to) })),
    alone: approval.glassBrokenBy === null ? null : name(approval.glassBrokenBy),
    notBefore: notBeforeOf(approval),
    votes: approval.votes.map((vote) => ({ ...vote, person: name(vote.person) })),
    radius: await radiusOf(sources, about),
  };
}

/** `subject`: the approval's id and the number of the reminder. */
export async function loadApprovalReminder(sources: Sources, subject: string): Promise<ApprovalCard | null> {
  return loadApproval(sources, subject.slice(0, subject.lastIndexOf('.')));
}

/** What the modal shows of a review that the engine has allowed this person to make. */
export async function loadReview(
  sources: Sources,
  review: Review,
  options: { wasStale: boolean },
): Promise<ReviewModal> {
  const { approval, reviewHash, differences } = review;
  const name = await displayNames(sources);
  const about = await aboutOf(sources, approval);
  return {
    ...options,
    token: approval.token,
    reviewHash,
    differences,
    question: approval.question,
    key: about.key === null ? null : nameOf(about.key),
    requestedBy: actorText(approval.requestedBy, name),
    reason: about.run?.reason ?? '',
    expiresAt: approval.expiresAt,
    may: review.may,
    proof: proofWanted(approval),
    confirm: approval.subject.confirm,
    reasonWanted: termsOf(approval.rule).reason,
    plan: about.plan === null || about.run === null ? [] : planLines(about.plan, about.run),
    radius: await radiusOf(sources, about),
  };
}

interface About {
  run: Run | null;
  key: Key | null;
  plan: Plan | null;
}

async function aboutOf(sources: Sources, approval: Approval): Promise<About> {
  const run = await sources.ledger.run(approval.run);
  const key = run?.key == null ? null : await sources.ledger.key(run.key);
  return { run, key, plan: run === null ? null : planOrNull(sources, run) };
}

function planLines(plan: Plan, run: Run): PlanLine[] {
  return stepsToCome(plan, run).map(({ id, uses, effect, undo }) => ({ id, uses, effect, undo }));
}

async function radiusOf({ ledger, providers, now }: Sources, { run, key, plan }: About): Promise<BlastRadius> {
  const delayMs = key === null ? undefined : providers[key.provider]?.capabilities.enforcementDelayMs;
  return {
    environment: key?.environment ?? null,
    callers: key === null ? [] : await ledger.callersOf(key.id, new Date(now().getTime() - WEEK_MS)),
    enforcement: delayMs === undefined ? null : enforcementText(delayMs),
    peers:
      key === null ? [] : (await ledger.peers()).flatMap(({ name, pins }) => (pins.includes(key.slug) ? [name] : [])),
    proven: run === null ? null : await provenOf(ledger, run),
    undo: run === null || plan === null ? 'What can be taken back is not known.' : undoText(plan, run),
  };
}

async function provenOf(ledger: Sources['ledger'], { runbook }: Run): Promise<BlastRadius['proven']> {
  const [last] = await ledger.runbookProofs(runbook.id, 1);
  return last === undefined
    ? null
    : { at: last.at, how: last.how, passed: last.passed, isThisText: last.hash === runbook.hash };
}

async function escalatedNames(sources: Sources, approval: Approval): Promise<string[]> {
  if (approval.escalated === 0) return [];
  const name = await displayNames(sources);
  const { policy } = await sources.policy();
  return [...escalatedTo(approval, policy)].sort().map(name);
}

function enforcementText(delayMs: number): string {
  return delayMs === 0 ? 'at once' : `after at most ${spanText(delayMs)}`;
}

function undoText(plan: Plan, run: Run): string {
  if (pastPointOfNoReturn(plan, run))
    return 'The point of no return has been passed: from here on only going forward is possible.';
  const toCome = stepsToCome(plan, run);
  const final = toCome.find((step) => step.undo === 'point_of_no_return');
  const lasting = toCome.filter((step) => step.undo === 'nothing' && step.effect !== 'reads').map(named);
  const except = lasting.length === 0 ? '' : ` What these change stays: ${lasting.join(', ')}.`;
  if (final !== undefined)
    return `Can be taken back until the step ${named(final)}; that one is the point of no return.${except}`;
  return lasting.length === 0
    ? 'Everything that this run still does can be taken back or only reads.'
    : `The rest can be taken back.${except}`;
}

// A run that it starts says for itself what can be taken back.
function named({ id, uses }: PlannedStep): string {
  return `${id} (${uses})`;
}
