import { escalatedTo } from '../../domain/approval/eligible.ts';
import { proofWanted } from '../../domain/approval/proof.ts';
import { notBeforeOf } from '../../domain/approval/run-at.ts';
import type { Approval } from '../../domain/approval.ts';
import type { Channel } from '../../domain/event.ts';
import { ApprovalId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import type { Plan } from '../../domain/plan.ts';
import { fewestVoices } from '../../domain/policy/approval-rule.ts';
import type { Run } from '../../domain/run.ts';
import { toldBy } from '../../domain/timeline.ts';
import type { Sources } from '../deps.ts';
import type { ApprovalCard } from '../views/approval-card.ts';
import { radiusOf } from './blast-radius.ts';
import { actorText, displayNames, type NameOf } from './names.ts';
import { planOrNull } from './run.ts';

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
    rule: { name: approval.ruleName, approve: fewestVoices(approval.rule), proof: proofWanted(approval) },
    asked: approval.asked.map(name),
    escalatedTo: await escalatedNames(sources, approval),
    delegations: approval.delegations.map((one) => ({ ...one, from: name(one.from), to: name(one.to) })),
    alone: await aloneOf(sources, approval, name),
    before: await beforeOf(sources, approval, name),
    notBefore: notBeforeOf(approval),
    votes: await votesOf(sources, approval, name),
    radius: await radiusOf(sources, about),
    now: sources.now(),
  };
}

/** `subject`: the approval's id and the number of the reminder. */
export async function loadApprovalReminder(sources: Sources, subject: string): Promise<ApprovalCard | null> {
  return loadApproval(sources, subject.slice(0, subject.lastIndexOf('.')));
}

export interface About {
  run: Run | null;
  key: Key | null;
  plan: Plan | null;
}

export async function aboutOf(sources: Sources, approval: Pick<Approval, 'run'>): Promise<About> {
  const run = await sources.ledger.run(approval.run);
  const key = run?.key == null ? null : await sources.ledger.key(run.key);
  return { run, key, plan: run === null ? null : planOrNull(sources, run) };
}

async function beforeOf(
  { ledger }: Sources,
  { id, run, step, createdAt }: Approval,
  name: NameOf,
): Promise<ApprovalCard['before']> {
  const earlier = (await ledger.approvalsOfRun(run)).filter(
    (one) => one.step === step && one.id !== id && one.createdAt <= createdAt,
  );
  const last = earlier.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()).at(-1);
  if (last?.outcome == null) return null;
  return { outcome: last.outcome, by: last.votes.map(({ person }) => name(person)), at: last.decidedAt };
}

async function escalatedNames(sources: Sources, approval: Approval): Promise<string[]> {
  if (approval.escalated === 0) return [];
  const name = await displayNames(sources);
  const { policy } = await sources.policy();
  return [...escalatedTo(approval, policy)].sort().map(name);
}

async function aloneOf(
  sources: Sources,
  { id, glassBrokenBy }: Approval,
  name: NameOf,
): Promise<ApprovalCard['alone']> {
  if (glassBrokenBy === null) return null;
  const use = await sources.ledger.glassBreak(id);
  const via = (await waysIn(sources, id)).get(glassBrokenBy) ?? null;
  return { who: name(glassBrokenBy), reason: use?.reason ?? '', proof: use?.proof ?? 'click', via };
}

async function votesOf(sources: Sources, { id, votes }: Approval, name: NameOf): Promise<ApprovalCard['votes']> {
  const via = votes.length === 0 ? new Map() : await waysIn(sources, id);
  return votes.map((vote) => ({ ...vote, person: name(vote.person), via: via.get(vote.person) ?? null }));
}

const MOST_LINES = 200;

/** By which door each decision came in. The audit knows, so nobody has to write it down twice. */
async function waysIn({ ledger }: Sources, id: ApprovalId): Promise<ReadonlyMap<string, Channel>> {
  const lines = await ledger.audit({ subject: `approval:${id}`, limit: MOST_LINES });
  return new Map(
    lines.flatMap((line): [string, Channel][] => {
      const event = toldBy(line);
      if (event.type === 'vote_cast') return [[event.vote.person, line.channel]];
      return event.type === 'glass_broken' ? [[event.use.by, line.channel]] : [];
    }),
  );
}
