import { StepId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { startRulesOf } from '../../domain/schedule.ts';
import type { ScheduledRun } from '../../domain/scheduled-run.ts';
import { nextStart } from '../../domain/windows.ts';
import { Refusal } from '../../errors.ts';
import type { AskedRun } from '../../steps/later.ts';
import { keyOf } from '../child-run.ts';
import type { EngineDeps } from '../deps.ts';
import type { Asking } from '../rotations/for-step.ts';

type PlanDeps = Pick<EngineDeps, 'ledger' | 'runbooks' | 'policy' | 'classRule' | 'now'>;

/**
 * A run on the calendar: at the first instant from `notBefore` on that the windows of its key's class and the freezes leave open. Whether its
 * runbook and inputs fit is looked at now, when somebody can mend it, and again when it begins.
 */
export async function planScheduledRun(
  deps: PlanDeps,
  { run, step, token }: Asking,
  { runbook, inputs: given, reason, notBefore, latestAt }: AskedRun,
): Promise<ScheduledRun> {
  if (deps.runbooks.current(runbook) === null)
    throw new Refusal(
      'unknown_runbook',
      `There is no runbook ${runbook} among the loaded ones, so none can be scheduled.`,
    );
  const inputs = deps.runbooks.checkInputs(runbook, given);
  const key = await keyOf(deps, runbook, inputs, null);
  const beginsAt = key === null ? notBefore : await allowedFrom(deps, { key, notBefore });
  if (latestAt !== null && beginsAt > latestAt)
    throw new Refusal(
      'never_opens',
      `${runbook} may begin at ${instantText(beginsAt)} at the earliest, because of windows and freezes, and not after ${instantText(latestAt)}. Choose another time.`,
    );
  return {
    id: `sch-${token.replaceAll('.', '-')}`,
    runbook,
    inputs,
    key,
    incident: run.incident,
    requestedBy: run.requestedBy,
    reason,
    plannedBy: { run: run.id, step: StepId.parse(step.id) },
    plannedAt: deps.now(),
    beginsAt,
    latestAt,
    outcome: null,
    run: null,
    endedAt: null,
    why: null,
  };
}

async function allowedFrom(
  { ledger, policy, classRule }: PlanDeps,
  { key: id, notBefore }: { key: NonNullable<ScheduledRun['key']>; notBefore: Date },
): Promise<Date> {
  const key = await ledger.read.key(id);
  if (key === null) throw new Refusal('unknown_key', `There is no key ${id} in the ledger.`);
  const rules = startRulesOf(key, { rule: await classRule(key.class), policy: (await policy()).policy });
  return nextStart(notBefore, rules).at;
}
