import { durationText } from '../../domain/duration.ts';
import { KeyId } from '../../domain/ids.ts';
import { nameOf } from '../../domain/key.ts';
import type { PlannedStep } from '../../domain/plan.ts';
import { type JsonObject, type Run, scopeOf } from '../../domain/run.ts';
import type { ForeseenRun, ForeseenStep, WillRun } from '../../domain/runbook-plan.ts';
import { PermanentFailure, Refusal, sentenceOf } from '../../errors.ts';
import { forPeople } from '../../runbook/resolve.ts';
import type { Forecast, StepKind } from '../../steps/contract.ts';
import type { EngineDeps } from '../deps.ts';
import { stepContext } from '../step-context.ts';
import { type Ahead, recordAt } from './ahead.ts';
import { knownInput } from './known-input.ts';
import { isOpen } from './open-value.ts';

/** As the engine counts them: this many runs may start each other in a row. */
const DEEPEST = 5;
const MOST_CHILDREN = 5;

interface About {
  step: PlannedStep;
  will: WillRun;
  stage: number;
}

interface Foreseen {
  foreseen: ForeseenStep;
  outputs: { written: JsonObject; known: JsonObject };
}

export async function foreseeStep(deps: EngineDeps, ahead: Ahead, about: About): Promise<Foreseen> {
  const { step, will, stage } = about;
  const kind = deps.stepKinds.get(step.uses);
  if (kind === undefined) throw new PermanentFailure(`This Rekey does not know the step kind ${step.uses}.`);
  const { written, forecast } = will.kind === 'no' ? LEFT_OUT : await forecastOf(deps, ahead, { step, kind });
  const { at } = ahead;
  const { children, left } = await childrenOf(ahead, forecast.runs ?? []);
  const longest = Math.max(0, ...children.map(({ earliestEndAt }) => earliestEndAt.getTime() - at.getTime()));
  const foreseen: ForeseenStep = {
    id: step.id,
    phase: step.phase,
    uses: step.uses,
    stage,
    willRun: will,
    effect: step.effect,
    back: backOf(kind),
    afterFinal: ahead.afterFinal,
    each: step.each === null ? null : eachText(step.each),
    onFailure: failureText(step),
    calls: forecast.calls,
    people: forecast.people,
    notices: forecast.notices,
    enforcementDelayMs: forecast.enforcementDelayMs,
    ...(forecast.telling && { telling: forecast.telling }),
    earliestAt: at,
    atLeastMs: Math.max(forecast.atLeastMs ?? 0, longest),
    dueAt: step.dueMs === null ? null : new Date(at.getTime() + step.dueMs),
    deadlineMs: step.deadlineMs,
    problems: [...(forecast.problems ?? []), ...tooDeep(ahead, forecast)],
    children,
    childrenLeftOut: left,
    keys: await keysOf(deps, forecast.runs ?? []),
  };
  const known = { ...forecast.outputs, ...(!ahead.stale && forecast.outputsNow) };
  return { foreseen, outputs: { written, known } };
}

const NOTHING: Forecast = { calls: [], people: [], notices: [], enforcementDelayMs: null };
const LEFT_OUT = { written: {}, forecast: NOTHING };

/** What makes a step fail for good would do so in the run, so it is a finding and no error. */
async function forecastOf(
  deps: EngineDeps,
  ahead: Ahead,
  { step, kind }: { step: PlannedStep; kind: StepKind },
): Promise<{ written: JsonObject; forecast: Forecast }> {
  const { run, incident } = ahead;
  try {
    const written = step.resolve(scopeOf(run));
    const list = step.each?.list(scopeOf(run)) ?? null;
    // What an earlier step has still to find; in the run it is a list.
    if (list !== null && !Array.isArray(list) && isOpen(list))
      return { written, forecast: { ...NOTHING, calls: [`${kind.uses}: once for each of ${forPeople(list)}`] } };
    if (kind.forecast === undefined) return { written, forecast: { ...NOTHING, calls: [kind.summary] } };
    const record = { ...recordAt(ahead, step), state: 'started' as const };
    const context = stepContext(deps, { run, incident, step, record, limitMs: step.timeoutMs });
    return { written, forecast: await kind.forecast(knownInput(kind.with, written), context) };
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof PermanentFailure)) throw error;
    return { written: {}, forecast: { ...NOTHING, calls: [kind.summary], problems: [sentenceOf(error)] } };
  }
}

async function childrenOf(
  { incident, at, depth, stale, foresee }: Ahead,
  runs: readonly Run[],
): Promise<{ children: ForeseenRun[]; left: number }> {
  if (depth + 1 >= DEEPEST) return { children: [], left: runs.length };
  const children: ForeseenRun[] = [];
  for (const run of runs.slice(0, MOST_CHILDREN))
    children.push(await foresee({ run, incident, from: at, depth: depth + 1, stale }));
  return { children, left: runs.length - children.length };
}

function tooDeep({ depth }: Ahead, { runs = [] }: Forecast): string[] {
  if (runs.length === 0 || depth + 1 < DEEPEST) return [];
  return [`At most ${DEEPEST} runs may start each other in a row; write these steps into one of their runbooks.`];
}

async function keysOf({ ledger }: Pick<EngineDeps, 'ledger'>, runs: readonly Run[]): Promise<string[]> {
  const keys = await Promise.all(runs.flatMap(({ key }) => (key === null ? [] : [ledger.read.key(KeyId.parse(key))])));
  return [...new Set(keys.flatMap((key) => (key === null ? [] : [nameOf(key)])))];
}

function backOf({ undo }: StepKind): ForeseenStep['back'] {
  return { kind: undo.kind, text: undo.kind === 'undo' ? undo.summary : undo.why };
}

function eachText({ ramp, maxFailures }: NonNullable<PlannedStep['each']>): string {
  const many = ramp === 'doubling' ? '1, then 2, then 4 … at once' : `${ramp} at once`;
  const most = maxFailures.kind === 'count' ? maxFailures.count : `${maxFailures.percent}%`;
  return `one run for each item: ${many}, ${most === 0 ? 'none' : `at most ${most}`} may fail`;
}

function failureText({ onFailure, deadlineMs }: PlannedStep): string | null {
  const deadline = deadlineMs === null ? '' : `, also when ${durationText(deadlineMs)} have passed`;
  switch (onFailure.kind) {
    case 'stop':
      return deadlineMs === null ? null : `the run stops${deadline}`;
    case 'continue':
      return `the run goes on without it${deadline}`;
    case 'ask':
      return `a person says whether it happened${deadline}`;
    case 'step':
      return `the run goes on with ${onFailure.step}${deadline}`;
    default:
      return onFailure satisfies never;
  }
}
