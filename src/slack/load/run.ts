import { askOver } from '../../domain/ask-over.ts';
import { hasPassed } from '../../domain/deadlines.ts';
import { RunId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { nextDeadline } from '../../domain/next-deadline.ts';
import { type Plan, type PlannedStep, stepsOf } from '../../domain/plan.ts';
import { ruledOut } from '../../domain/ruled-out.ts';
import { PHASES, type Run } from '../../domain/run.ts';
import { type Possible, possibleVerbs, possibleWithoutPlan } from '../../domain/run-verbs.ts';
import { stepKinds } from '../../steps/index.ts';
import type { Sources } from '../deps.ts';
import type { RunProgress } from '../views/run-progress.ts';
import { NOT_MET, type StepLine, type StepShown } from '../views/step-words.ts';
import { actorText, displayNames, keyName } from './names.ts';
import { stepShown } from './step-shown.ts';

export async function loadRun(sources: Sources, subject: string): Promise<RunProgress | null> {
  const run = await sources.ledger.run(RunId.parse(subject));
  if (run === null) return null;
  const name = await displayNames(sources);
  const plan = planOrNull(sources, run);
  const shown = await linesOf(sources, { run, plan });
  const deadline = plan === null ? null : nextDeadline(plan, run);
  return {
    id: run.id,
    runbook: run.runbook.id,
    key: await keyName(sources.ledger, run.key),
    requestedBy: actorText(run.requestedBy, name),
    reason: run.reason,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    outcome: run.outcome,
    cancelRequested: run.cancelRequestedAt !== null,
    stopping: run.finishedAt === null && (run.stoppedAt ?? run.overdueAt) !== null,
    paused: run.paused === null ? null : { ...run.paused, by: actorText(run.paused.by, name) },
    deadline: deadline === null ? null : { ...deadline, passed: hasPassed(deadline, sources.now()) },
    now: sources.now(),
    possible: possibleOn(sources, { run, plan }),
    canTakeOver: (await openQuestions(sources, run)).length > 0,
    phases: plan === null ? [{ name: 'steps', waived: null, steps: [...shown.values()] }] : phasesOf(plan, run, shown),
  };
}

/** When the message of a run looks different although nothing has happened: what it shows is overdue from then on. */
export function nextPassing({ deadline, now, phases }: RunProgress): Date | null {
  const due = phases
    .flatMap(({ steps }) => steps)
    .flatMap(({ shown }) => (shown.kind === 'waiting' && shown.until?.word === 'due' ? [shown.until.at] : []));
  const [first] = [...due, ...(deadline === null ? [] : [deadline.at])]
    .filter((at) => at > now)
    .sort((a, b) => +a - +b);
  return first ?? null;
}

/** A run keeps its runbook's text; should that no longer compile, what is recorded is shown all the same. */
export function planOrNull({ runbooks }: Pick<Sources, 'runbooks'>, run: Run): Plan | null {
  try {
    return runbooks.planOf(run.runbook);
  } catch {
    return null;
  }
}

const UNSKIPPABLE = new Map(stepKinds.map(({ uses, unskippable }) => [uses, unskippable ?? null]));

/** What people can do with it now, whoever they are. */
export function possibleOn({ now }: Pick<Sources, 'now'>, { run, plan }: { run: Run; plan: Plan | null }): Possible {
  if (plan === null) return possibleWithoutPlan(run);
  return possibleVerbs({ plan, run, now: now() }, ({ uses }) => UNSKIPPABLE.get(uses) ?? null);
}

/** The questions of this run that somebody still waits for. */
export async function openQuestions(sources: Pick<Sources, 'ledger' | 'runbooks'>, run: Run): Promise<Ask[]> {
  if (run.finishedAt !== null) return [];
  const asks = await sources.ledger.openAsksOfRun(run.id);
  return asks.filter((ask) => ask.answer === null && askOver(ask, run, () => planOrNull(sources, run)) === null);
}

/** What is said of every step that has begun, by its id. */
export async function linesOf(
  sources: Pick<Sources, 'ledger' | 'policy'>,
  { run, plan }: { run: Run; plan: Plan | null },
): Promise<Map<string, StepLine>> {
  const name = await displayNames(sources);
  const uses = new Map(plan === null ? [] : stepsOf(plan).map((step) => [step.id, step.uses]));
  const lines = new Map<string, StepLine>();
  for (const record of Object.values(run.steps))
    lines.set(record.step, {
      id: record.step,
      uses: uses.get(record.step) ?? 'step',
      shown: await stepShown(sources, { run: run.id, record }, name),
      undoing: record.undoing?.error ?? null,
      undoError: record.undoError,
    });
  return lines;
}

export function phasesOf(plan: Plan, run: Run, shown: ReadonlyMap<string, StepLine>): RunProgress['phases'] {
  const steps = stepsOf(plan);
  const out = ruledOut(plan, run);
  return [...PHASES, 'finally' as const]
    .map((phase) => ({
      name: phase,
      waived: phase === 'finally' ? null : (plan.waived[phase] ?? null),
      steps: steps
        .filter((step) => step.phase === phase)
        .map((step) => briefly(shown.get(step.id) ?? toCome(step, out.has(step.id)), step)),
    }))
    .filter((phase) => phase.waived !== null || phase.steps.length > 0);
}

function toCome({ id, uses, when }: PlannedStep, out: boolean): StepLine {
  const shown: StepShown = out && when !== null ? { kind: 'skipped', why: notHolding(when) } : { kind: 'to_come' };
  return { id, uses, shown, undoing: null, undoError: null };
}

/** A condition that did not hold is said in words: its text stands in the runbook, and many steps may be left out. */
function briefly(line: StepLine, { when }: PlannedStep): StepLine {
  if (when === null || line.shown.kind !== 'skipped' || line.shown.why !== notHolding(when)) return line;
  return { ...line, shown: { kind: 'skipped', why: NOT_MET } };
}

function notHolding(when: NonNullable<PlannedStep['when']>): string {
  return `when ${when.text} does not hold`;
}
