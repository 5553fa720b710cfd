import { KeyId, RunId, StepId } from '../domain/ids.ts';
import type { PlannedStep } from '../domain/plan.ts';
import type { JsonObject, Run, StepRecord } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { StepContext } from '../steps/contract.ts';
import { keyRef } from '../steps/fields.ts';
import type { EngineDeps } from './deps.ts';

/** Lint refuses runbooks that start each other in a circle; edited between two starts, they could all the same. */
const DEEPEST = 5;

interface At {
  run: Run;
  step: PlannedStep;
  record: StepRecord;
}

/** How this attempt of a step plans the runs that it starts. */
export function childRuns(deps: EngineDeps, at: At): StepContext['childRun'] {
  let ancestors: Promise<RunId[]> | null = null;
  return async (runbook, inputs, item) => {
    // Asked once for all items of a list: they have the same ancestors.
    ancestors ??= deps.ledger.read.ancestorsOf(at.run.id);
    assertNotTooDeep([at.run.id, ...(await ancestors)], runbook);
    return plan(deps, at, { runbook, inputs, item: item ?? null });
  };
}

function assertNotTooDeep(above: readonly RunId[], runbook: string): void {
  if (above.length < DEEPEST) return;
  throw new PermanentFailure(
    `${runbook} would be run number ${above.length + 1} in a row of runs that started each other (${above.toReversed().join(', ')}); at most ${DEEPEST} may. Write its steps into one of their runbooks.`,
  );
}

async function plan(
  deps: EngineDeps,
  { run, step, record }: At,
  { runbook, inputs, item }: { runbook: string; inputs: JsonObject; item: { index: number; name: string } | null },
): Promise<Run> {
  const text = deps.runbooks.current(runbook);
  if (text === null)
    throw new Refusal(
      'unknown_runbook',
      `There is no runbook ${runbook} among the loaded ones. Add it or fix the step ${step.id}.`,
    );
  const checked = deps.runbooks.checkInputs(runbook, inputs);
  // From the parent's token: starting it again after a crash is the same child, and another generation starts another one.
  const token = item === null ? record.token : `${record.token}.${item.index}`;
  return {
    id: RunId.parse(token.replaceAll('.', '-')),
    incident: run.incident,
    parent: { run: run.id, step: StepId.parse(step.id) },
    runbook: text,
    inputs: checked,
    key: await keyOf(deps, runbook, checked, run.key),
    openRuns: deps.runbooks.planOf(text).openRuns,
    requestedBy: run.requestedBy,
    reason: `started by ${run.runbook.id}, step ${step.id}${item === null ? '' : `, for ${item.name}`}`,
    startedAt: deps.now(),
    finishedAt: null,
    outcome: null,
    cancelRequestedAt: null,
    overdueAt: null,
    stoppedAt: null,
    deadlinesFrom: null,
    paused: null,
    steps: {},
  };
}

/** A run is about the key among its inputs, the one called `key` first; without any, about the key of the run that started it. */
export async function keyOf(
  { ledger, runbooks }: Pick<EngineDeps, 'ledger' | 'runbooks'>,
  runbook: string,
  { key: named, ...others }: JsonObject,
  parents: KeyId | null,
): Promise<KeyId | null> {
  const refs = [named, ...Object.values(others)].map((value) => keyRef.safeParse(value).data);
  const ref = refs.find((one) => one !== undefined);
  if (ref === undefined) return parents;
  const key = await ledger.read.key(KeyId.parse(ref.id));
  if (key === null) throw new Refusal('unknown_key', `There is no key ${ref.slug} (${ref.id}) in the ledger.`);
  runbooks.assertFits(runbook, key);
  return key.id;
}
