import { describeOutcome } from '../../domain/approval.ts';
import { instantText } from '../../domain/instant.ts';
import { type Plan, type PlannedStep, stepsOf } from '../../domain/plan.ts';
import { isOver, type Run, type StepRecord } from '../../domain/run.ts';
import { valueLines } from '../../domain/value-lines.ts';
import type { Sources } from '../deps.ts';
import type { ChildLine, DetailedStep, RunDetails } from '../views/run-details.ts';
import type { StepLine } from '../views/step-words.ts';
import { actorText, displayNames, type NameOf } from './names.ts';
import { linesOf, phasesOf, planOrNull, possibleOn } from './run.ts';

/** Everything that is known of a run, a page at a time: first its steps in the order of the runbook, then the runs that it started. */
export async function loadRunDetails(sources: Sources, run: Run, page: number): Promise<RunDetails> {
  const plan = planOrNull(sources, run);
  const name = await displayNames(sources);
  const shown = await linesOf(sources, { run, plan });
  const lines: { phase: string; line: StepLine }[] =
    plan === null
      ? [...shown.values()].map((line) => ({ phase: 'steps', line }))
      : phasesOf(plan, run, shown).flatMap(({ name: phase, steps }) => steps.map((line) => ({ phase, line })));
  const possible = possibleOn(sources, { run, plan });
  return {
    run: run.id,
    runbook: run.runbook.id,
    page,
    now: sources.now(),
    canRerun: possible.rerun.length > 0,
    canSkip: possible.skip.length > 0,
    steps: await Promise.all(
      lines.map(async ({ phase, line }) => ({
        phase,
        line,
        ...factsOf(run.steps[line.id]),
        decided: await decidedOn(sources, { run, step: line.id }, name),
      })),
    ),
    children: await childrenOf(sources, run, plan),
  };
}

function factsOf(record: StepRecord | undefined): Pick<DetailedStep, 'from' | 'to' | 'attempts' | 'again' | 'outputs'> {
  if (record === undefined) return { from: null, to: null, attempts: 0, again: 0, outputs: [] };
  return {
    from: record.startedAt,
    to: isOver(record) ? record.endedAt : null,
    attempts: record.attempts,
    again: record.generation - 1,
    outputs: record.state === 'done' ? valueLines(record.outputs) : [],
  };
}

/** Who said what about a step: votes, and what somebody saw of one in doubt. */
async function decidedOn(
  { ledger }: Sources,
  { run, step }: { run: Run; step: string },
  name: NameOf,
): Promise<string[]> {
  if (run.steps[step] === undefined) return [];
  const approvals = (await ledger.approvalsOfRun(run.id)).filter((one) => one.step === step && one.outcome !== null);
  const settled = await ledger.settlementsOf(run.id, step);
  return [
    ...approvals.map(
      (one) =>
        `${describeOutcome(one)}${one.votes.map(({ person, reason }) => ` – ${name(person)}: ${reason}`).join('')}`,
    ),
    ...settled.map(
      ({ by, at, happened, reason }) =>
        `${actorText(by, name)} said at ${instantText(at)} that it ${happened ? 'happened' : 'did not happen'}: ${reason}`,
    ),
  ];
}

async function childrenOf({ ledger }: Sources, run: Run, plan: Plan | null): Promise<ChildLine[]> {
  const lists = plan === null ? [] : stepsOf(plan).filter(({ each }) => each !== null);
  const items = (await Promise.all(lists.map((step) => itemsOf({ ledger }, run, step)))).flat();
  const listed = new Set(items.map(({ run: id }) => id));
  const others = (await ledger.childrenOf(run.id)).filter(({ id }) => !listed.has(id));
  return [
    ...items,
    ...others.map(({ id, outcome }) => ({ name: null, run: id, state: outcome ?? 'running', why: null })),
  ];
}

async function itemsOf({ ledger }: Pick<Sources, 'ledger'>, run: Run, { id }: PlannedStep): Promise<ChildLine[]> {
  const items = await ledger.fanOutItems(run.id, id);
  return items.map(({ name, run: child, outcome, why }) => ({
    name,
    run: child,
    state: outcome?.replaceAll('_', ' ') ?? (child === null ? 'to come' : 'running'),
    why,
  }));
}
