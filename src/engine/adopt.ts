import type { InDoubt } from '../domain/doubt.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { type PlannedStep, stepsOf } from '../domain/plan.ts';
import { type Run, type StepRecord, scopeOf } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { StepKind, StepResult } from '../steps/contract.ts';
import type { EngineDeps } from './deps.ts';
import { stepContext } from './step-context.ts';
import { recordOf } from './step-record.ts';

/** What a doubt becomes: the record of the step, and what happened with it. */
export interface Settled {
  record: StepRecord;
  events: LedgerEvent[];
}

/** An effect that a person saw is recorded as the step would have recorded it itself. Refusal `cannot_adopt` when that cannot be known. */
export async function adopted(deps: EngineDeps, run: Run, asked: InDoubt): Promise<Settled> {
  const step = stepsOf(deps.runbooks.planOf(run.runbook)).find((one) => one.id === asked.step);
  const kind = step === undefined ? undefined : deps.stepKinds.get(step.uses);
  if (step === undefined || kind === undefined)
    throw new Refusal('cannot_adopt', `This Rekey does not know the step ${asked.step} of ${run.id}.`);
  const result = await effectOf(kind, { deps, run, step, record: asked });
  const outputs = result.kind === 'done' ? kind.outputs.safeParse(result.outputs) : null;
  if (outputs?.success === false)
    throw new Refusal('cannot_adopt', `What ${asked.step} (${kind.uses}) made is not known. ${ANSWER_NO}`);
  return { record: recordOf(result, asked, deps.now()), events: result.events };
}

const ANSWER_NO = 'Answer no: it is done again with the same token.';

type Asked = { deps: EngineDeps; run: Run; step: PlannedStep; record: InDoubt };

/** What the kind says of an effect that is there: by its own account, by looking, or nothing for a kind that gives nothing on. */
async function effectOf(kind: StepKind, { deps, run, step, record }: Asked): Promise<StepResult> {
  const find = kind.adopt ?? kind.probe;
  if (find === undefined) return { kind: 'done', outputs: {}, events: [] };
  const incident = run.incident === null ? null : await deps.ledger.read.incident(run.incident);
  const input = kind.with.safeParse(record.input ?? step.resolve(scopeOf(run)));
  if (!input.success)
    throw new Refusal('cannot_adopt', `What ${step.id} was to do cannot be read any more: ${input.error.message}`);
  const context = stepContext(deps, { run, incident, step, record, limitMs: step.timeoutMs });
  const found = await find(input.data, context).catch(refuse);
  if (found === 'did_not_happen')
    throw new Refusal('cannot_adopt', `Rekey looked, and ${step.id} (${step.uses}) has not happened. ${ANSWER_NO}`);
  return found;
}

function refuse(error: unknown): never {
  throw error instanceof PermanentFailure ? new Refusal('cannot_adopt', error.message) : error;
}
