import { peopleNamed } from '../../domain/policy.ts';
import { reviewDue } from '../../domain/runbook-version.ts';
import { raiseOnce } from '../scheduler/alarms.ts';
import type { SchedulerDeps } from '../scheduler/deps.ts';

const WEEK_MS = 7 * 86_400_000;

/** Once a week, what nobody has read or proven for too long: one alarm for all of it. A runbook that is new gets a week. */
export async function remindOwners(deps: Pick<SchedulerDeps, 'ledger' | 'policy'>, now: Date): Promise<void> {
  const { read } = deps.ledger;
  const due: { owner: string; sentence: string }[] = [];
  for (const live of await read.liveRunbooks()) {
    if (now.getTime() - live.since.getTime() < WEEK_MS) continue;
    const [lastProof] = (await read.runbookProofs(live.runbook, 10)).filter(({ passed }) => passed);
    const sentence = reviewDue(live, lastProof ?? null, now);
    if (sentence !== null) due.push({ owner: live.owner, sentence });
  }
  if (due.length === 0) return;
  const { policy } = await deps.policy();
  const owners = due.map(({ owner }) => owner);
  await raiseOnce(deps, now, {
    id: `alm-review-${Math.floor(now.getTime() / WEEK_MS)}`,
    kind: 'runbook_review',
    key: null,
    sentence: `${due.map(({ sentence }) => sentence).join(' ')} Set review_by anew after reading; prove with: rekey drill`,
    tell: [...peopleNamed(policy, owners, { owner: null, escalation: null })].sort(),
  });
}
