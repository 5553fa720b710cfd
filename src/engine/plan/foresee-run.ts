import { nameOf } from '../../domain/key.ts';
import { pastPointOfNoReturn } from '../../domain/moves-back.ts';
import type { PlannedStep, Stage } from '../../domain/plan.ts';
import type { ForeseenRun, ForeseenStep } from '../../domain/runbook-plan.ts';
import { isToCome } from '../../domain/to-come.ts';
import { typeOf } from '../../runbook/types.ts';
import { outputsOf } from '../../steps/contract.ts';
import type { EngineDeps } from '../deps.ts';
import { type Ahead, type Beginning, recordAt } from './ahead.ts';
import { foreseeStep } from './foresee-step.ts';
import { knownAlready } from './known-already.ts';
import { openOutputs } from './open-value.ts';
import { type Known, type KnownStep, willRun } from './will-run.ts';

/**
 * Walks the steps that are still to come in the order in which they would run, with what is known of those before. Writes nothing and calls
 * nobody. Of a run that has not begun, these are all steps.
 */
export async function foreseeRun(deps: EngineDeps, beginning: Beginning): Promise<ForeseenRun> {
  const { run } = beginning;
  const plan = deps.runbooks.planOf(run.runbook);
  const { steps, records } = knownAlready(deps, plan, run);
  const ahead: Ahead = {
    ...beginning,
    run: { ...run, steps: records },
    steps,
    at: beginning.from,
    afterFinal: pastPointOfNoReturn(plan, run) ? 'yes' : 'no',
    foresee: (child) => foreseeRun(deps, child),
  };
  const foreseen: ForeseenStep[] = [];
  for (const [index, stage] of [...plan.stages, ...plan.finally].entries()) {
    // What comes last runs however the rest has ended, so nothing before it is sure to have been done.
    if (index === plan.stages.length) forgetWhatIsSure(ahead);
    const left = stage.filter(({ id }) => isToCome(run.steps[id]));
    foreseen.push(...(await foreseeStage(deps, ahead, { stage: left, index })));
  }
  const key = run.key === null ? null : await deps.ledger.read.key(run.key);
  return {
    runbook: { id: plan.id, title: plan.title, hash: plan.hash },
    key: key === null ? null : nameOf(key),
    inputs: run.inputs,
    waived: plan.waived,
    deadlinesMs: plan.deadlinesMs,
    steps: foreseen,
    earliestEndAt: ahead.at,
  };
}

async function foreseeStage(
  deps: EngineDeps,
  ahead: Ahead,
  { stage, index }: { stage: Stage; index: number },
): Promise<ForeseenStep[]> {
  const known: Known = { inputs: ahead.run.inputs, steps: ahead.steps };
  const steps: ForeseenStep[] = [];
  const ends: KnownStep[] = [];
  for (const step of stage) {
    const will = willRun(step.when, known);
    const { foreseen, outputs } = await foreseeStep(deps, ahead, { step, will, stage: index });
    steps.push(foreseen);
    ends.push({ ...endOf(deps, step, outputs), present: presenceAfter(step, will) });
  }
  for (const [nth, step] of stage.entries()) {
    const end = ends[nth];
    if (end !== undefined) settle(ahead, step, end);
  }
  const sure = steps.filter(({ willRun: { kind } }) => kind === 'yes');
  ahead.at = new Date(ahead.at.getTime() + Math.max(0, ...sure.map(({ atLeastMs }) => atLeastMs)));
  ahead.afterFinal = finalAfter(ahead.afterFinal, steps);
  ahead.stale ||= steps.some(changesOrWaits);
  return steps;
}

function endOf(
  { stepKinds }: Pick<EngineDeps, 'stepKinds'>,
  step: PlannedStep,
  { written, known }: Awaited<ReturnType<typeof foreseeStep>>['outputs'],
): Omit<KnownStep, 'present'> {
  const kind = stepKinds.get(step.uses);
  if (kind === undefined) return { outputs: {}, type: NOTHING };
  const type = typeOf(step.each !== null && kind.each !== undefined ? kind.each.outputs : outputsOf(kind, written));
  return { type, outputs: openOutputs(type, step.id, known) };
}

const NOTHING: KnownStep['type'] = { shape: { kind: 'unknown' }, nullable: false, meaning: null };

/** A failure that does not stop the run leaves the step absent for those that come after it. */
function presenceAfter({ onFailure }: PlannedStep, will: ForeseenStep['willRun']): KnownStep['present'] {
  if (will.kind === 'no') return 'no';
  return will.kind === 'yes' && (onFailure.kind === 'stop' || onFailure.kind === 'ask') ? 'yes' : 'maybe';
}

/** Later steps see it as done, with what is known of its outputs. */
function settle(ahead: Ahead, step: PlannedStep, end: KnownStep): void {
  ahead.steps.set(step.id, end);
  if (end.present === 'no') return;
  const { at } = ahead;
  ahead.run.steps[step.id] = { ...recordAt(ahead, step), state: 'done', outputs: end.outputs, endedAt: at };
}

function forgetWhatIsSure(ahead: Ahead): void {
  for (const [id, step] of ahead.steps) if (step.present === 'yes') ahead.steps.set(id, { ...step, present: 'maybe' });
}

function changesOrWaits({ willRun: { kind }, effect, people, atLeastMs }: ForeseenStep): boolean {
  return kind !== 'no' && (effect !== 'reads' || people.length > 0 || atLeastMs > 0);
}

function finalAfter(before: ForeseenStep['afterFinal'], steps: readonly ForeseenStep[]): ForeseenStep['afterFinal'] {
  const final = steps.filter(({ back }) => back.kind === 'point_of_no_return');
  if (before === 'yes' || final.some(({ willRun: { kind } }) => kind === 'yes')) return 'yes';
  return before === 'maybe' || final.some(({ willRun: { kind } }) => kind === 'depends') ? 'maybe' : 'no';
}
