import { isStillGood } from '../../domain/approval/spend.ts';
import type { Approval } from '../../domain/approval.ts';
import { resetsOf } from '../../domain/begin-again.ts';
import { planHashOf } from '../../domain/binding.ts';
import type { Course } from '../../domain/control.ts';
import { stopOf } from '../../domain/moves.ts';
import type { PlannedStep } from '../../domain/plan.ts';
import type { Policy } from '../../domain/policy.ts';
import { isOver, type StepRecord } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { approve } from '../../steps/approve.ts';
import type { EngineDeps } from '../deps.ts';
import { changedOnlyByRun } from '../keys/changed-by-run.ts';
import { currentBinding } from './binding.ts';

export interface Today {
  policy: Policy;
  hash: string;
}

const WHY = 'what people had agreed to is not good any more: too long ago, or not what would run now';

/**
 * The approvals that were spent, that something to come stands on, and that would not be spent again today: a run that goes on asks for them
 * anew, so that no verb is a way around the people who decide. `changed`: the records with which it goes on.
 */
export async function askedAgain(
  deps: Pick<EngineDeps, 'runbooks'>,
  { course, changed }: { course: Course; changed: readonly StepRecord[] },
  at: { read: LedgerReader; today: Today },
): Promise<StepRecord[]> {
  const stale: PlannedStep[] = [];
  const approvals = await at.read.approvalsOfRun(course.run.id);
  for (const step of stoodOn(course, changed)) {
    const spent = approvals.findLast((one) => one.step === step.id && one.outcome === 'approved');
    if (spent === undefined || !(await isGood(deps, { spent, course }, at))) stale.push(step);
  }
  return resetsOf(course, stale, WHY);
}

function stoodOn({ plan, run }: Course, changed: readonly StepRecord[]): PlannedStep[] {
  const steps = { ...run.steps, ...Object.fromEntries(changed.map((record) => [record.step, record])) };
  // Opening a run again gives it its time again.
  const overdueAt = run.finishedAt === null ? run.overdueAt : null;
  if (stopOf(plan, { ...run, overdueAt, steps }) !== null) return [];
  const last = plan.stages.findLastIndex((stage) => stage.some((step) => !isOver(steps[step.id])));
  const before = plan.stages.slice(0, Math.max(last, 0)).flat();
  return before.filter((step) => step.uses === approve.uses && steps[step.id]?.state === 'done');
}

/** As at the moment when it was spent. What the run itself has done to its key since is what was agreed to. */
async function isGood(
  deps: Pick<EngineDeps, 'runbooks'>,
  { spent, course }: { spent: Approval; course: Course },
  { read, today }: { read: LedgerReader; today: Today },
): Promise<boolean> {
  if (!isStillGood(spent, { policy: today.policy, now: course.now })) return false;
  const now = await currentBinding(deps, spent, { read, policyHash: today.hash });
  if (planHashOf(now) === spent.planHash) return true;
  const { keyVersion } = spent.binding;
  if (planHashOf({ ...now, keyVersion }) !== spent.planHash) return false;
  return changedOnlyByRun(read, course.run, spent);
}

/** A no that could be undone by asking again would be no no: whoever asked first leaves that to somebody else. */
export async function assertNoIsNotUndone(
  read: LedgerReader,
  { course, records }: { course: Course; records: readonly StepRecord[] },
  actor: string,
): Promise<void> {
  const approvals = await read.approvalsOfRun(course.run.id);
  for (const { step } of records) {
    const last = approvals.findLast((one) => one.step === step);
    if (course.run.steps[step]?.state !== 'failed' || last?.outcome !== 'rejected' || last.requestedBy !== actor)
      continue;
    throw new Refusal(
      'rejected',
      `${step} was rejected, and you asked for it: whether it is put again is not yours to say. Somebody else who may retry can do it.`,
    );
  }
}
