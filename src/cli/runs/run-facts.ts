import type { RunId } from '../../domain/ids.ts';
import { type Plan, type PlannedStep, stepsOf } from '../../domain/plan.ts';
import type { Run, StepRecord } from '../../domain/run.ts';
import type { Runbooks } from '../../engine/deps.ts';
import { PermanentFailure } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { waitText } from './wait-text.ts';

/** What is read of a run. */
export interface RunSources {
  ledger: { read: LedgerReader };
  runbooks: Pick<Runbooks, 'planOf'>;
}

export type StepFacts = ReturnType<typeof stepFacts>;
export type RunFacts = Awaited<ReturnType<typeof runFacts>>;

/** One run as a program reads it: what it is, who holds it, its steps in the order of the runbook, and the runs below it. */
export async function runFacts({ ledger: { read }, runbooks }: RunSources, run: Run) {
  const key = run.key === null ? null : await read.key(run.key);
  const plan = planOrNull(runbooks, run);
  const records = recordsOf(plan, run);
  const waits = await Promise.all(
    records.map(({ record }) => (record === undefined ? null : waitText(read, run.id, record))),
  );
  const deadline = nextDeadline(run);
  return {
    id: run.id,
    runbook: run.runbook.id,
    key: key?.slug ?? null,
    incident: run.incident,
    parent: run.parent === null ? null : `${run.parent.run}#${run.parent.step}`,
    requested_by: run.requestedBy,
    reason: run.reason,
    started_at: run.startedAt.toISOString(),
    finished_at: run.finishedAt?.toISOString() ?? null,
    state: stateOf(run),
    paused:
      run.paused === null ? null : { by: run.paused.by, at: run.paused.at.toISOString(), reason: run.paused.reason },
    next_deadline: deadline?.toISOString() ?? null,
    steps: records.map(({ id, step, record }, index) => stepFacts({ id, step, record }, waits[index] ?? null)),
    items: await itemsIn(read, run.id, plan),
    children: (await read.childrenOf(run.id)).map((child) => ({ run: child.id, outcome: child.outcome })),
  };
}

/** What became of the items of its steps with `each`, and which run took care of which. */
async function itemsIn(read: LedgerReader, run: RunId, plan: Plan | null) {
  const steps = plan === null ? [] : stepsOf(plan).filter((step) => step.each !== null);
  const lists = await Promise.all(steps.map(async ({ id }) => ({ id, items: await read.fanOutItems(run, id) })));
  return lists.flatMap(({ id, items }) =>
    items.map((item) => ({
      step: id,
      index: item.index,
      name: item.name,
      run: item.run,
      joined: item.joined,
      outcome: item.outcome,
      why: item.why,
    })),
  );
}

export function stateOf(run: Run): string {
  if (run.outcome !== null) return run.outcome;
  if (run.paused !== null) return 'paused';
  return run.cancelRequestedAt === null ? 'running' : 'being cancelled';
}

interface Shown {
  id: string;
  step: PlannedStep | null;
  record: StepRecord | undefined;
}

// A run keeps its runbook's text; should that no longer compile, what is recorded is shown all the same.
function planOrNull(runbooks: RunSources['runbooks'], run: Run): Plan | null {
  try {
    return runbooks.planOf(run.runbook);
  } catch (error) {
    if (error instanceof PermanentFailure) return null;
    throw error;
  }
}

function recordsOf(plan: Plan | null, run: Run): Shown[] {
  if (plan !== null) return stepsOf(plan).map((step) => ({ id: step.id, step, record: run.steps[step.id] }));
  const records = Object.values(run.steps).sort((a, b) => a.ordinal - b.ordinal);
  return records.map((record) => ({ id: record.step, step: null, record }));
}

function stepFacts({ id, step, record }: Shown, waitsFor: string | null) {
  return {
    step: id,
    phase: step?.phase ?? null,
    uses: step?.uses ?? null,
    state: record === undefined ? 'to_come' : record.undoing === null ? record.state : 'being_undone',
    generation: record?.generation ?? null,
    attempts: record?.attempts ?? 0,
    since: record?.startedAt.toISOString() ?? null,
    ended_at: record?.endedAt?.toISOString() ?? null,
    waits_for: waitsFor,
    note: noteOf(record),
    undo_error: record?.undoError ?? null,
  };
}

function noteOf(record: StepRecord | undefined): string | null {
  switch (record?.state) {
    case 'failed':
    case 'undone':
      return record.error;
    case 'skipped':
    case 'reset':
      return record.why;
    case 'in_doubt':
      return record.question;
    default:
      return record?.undoing?.error ?? null;
  }
}

function nextDeadline(run: Run): Date | null {
  const untils = Object.values(run.steps).flatMap((record) => [
    ...(record.state === 'waiting' && !record.answered && record.waiting.until !== null ? [record.waiting.until] : []),
    ...(record.undoing === null ? [] : [record.undoing.until]),
  ]);
  return run.finishedAt !== null ? null : (untils.sort((a, b) => a.getTime() - b.getTime())[0] ?? null);
}
