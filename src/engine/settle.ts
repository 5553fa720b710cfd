import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import { type PlannedStep, stepsOf } from '../domain/plan.ts';
import { type Run, type StepRecord, scopeOf } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { Recording } from '../ledger/ledger.ts';
import type { StepKind, StepResult } from '../steps/contract.ts';
import type { EngineDeps } from './deps.ts';
import type { Engine } from './engine.ts';
import { assertMayOn, contextOf, openRunOrRefuse } from './open-run.ts';
import { wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';
import { stepContext } from './step-context.ts';
import { base, recordOf } from './step-record.ts';

type InDoubt = StepRecord & { state: 'in_doubt' };
interface Settled {
  record: StepRecord;
  events: LedgerEvent[];
}

/**
 * A person answers what a crash or a failure left open. Yes records what the step would have recorded itself, and is refused when that
 * cannot be known; no lets the step run again.
 */
export async function settle(
  deps: EngineDeps,
  runId: RunId,
  step: string,
  request: Parameters<Engine['settle']>[2],
): Promise<void> {
  await auditRefusal(deps, { origin: request, what: `settle ${runId} ${step}` }, async () => {
    const { policy } = await deps.policy();
    const may = { policy, verb: 'answer', origin: request } as const;
    const before = await openRunOrRefuse(deps.ledger.read, runId);
    await assertMayOn(deps.ledger.read, before, may);
    const asked = doubtIn(before, step);
    // Outside of the transaction, for it may look at places that take their time to answer.
    const settled = request.happened ? await adopted(deps, before, asked) : tryAgain(asked, deps.now());
    await deps.ledger.record(await contextOf(deps, runId, request), async (tx): Promise<Recording<void>> => {
      const run = await openRunOrRefuse(tx.read, runId);
      await assertMayOn(tx.read, run, may);
      assertSameDoubt(doubtIn(run, step), asked);
      await tx.wake(run.id);
      return { events: [...settled.events, said(run, asked, request), recorded(run, settled)], result: undefined };
    });
  });
  await wakeSoon(deps, runId);
}

function doubtIn(run: Run, step: string): InDoubt {
  const record = run.steps[step];
  if (record?.state === 'in_doubt') return record;
  throw new Refusal(
    'not_in_doubt',
    `Step ${step} of ${run.id} is ${record?.state ?? 'not started'}; there is nothing to settle.`,
  );
}

function assertSameDoubt(now: InDoubt, asked: InDoubt): void {
  if (now.token === asked.token && now.attempts === asked.attempts) return;
  throw new Refusal('not_in_doubt', `${now.step} was tried again meanwhile; look at the newest message of the run.`);
}

function said(run: Run, { step }: InDoubt, request: Parameters<Engine['settle']>[2]): LedgerEvent {
  const { happened, reason, actor } = request;
  return { type: 'step_settled', run: run.id, step, happened, reason, by: actor };
}

function recorded(run: Run, { record }: Settled): LedgerEvent {
  return { type: 'step_recorded', run: run.id, record };
}

function tryAgain(asked: InDoubt, now: Date): Settled {
  const error = 'a person said that it did not happen';
  const waiting = { kind: 'retry', until: now, error, resumes: null } as const;
  return { record: { ...base(asked), endedAt: null, state: 'waiting', waiting, answered: false }, events: [] };
}

async function adopted(deps: EngineDeps, run: Run, asked: InDoubt): Promise<Settled> {
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
  const input = kind.with.safeParse(step.resolve(scopeOf(run)));
  if (!input.success)
    throw new Refusal('cannot_adopt', `What ${step.id} was to do cannot be read any more: ${input.error.message}`);
  const found = await find(input.data, stepContext(deps, { run, incident, step, record })).catch(refuse);
  if (found === 'did_not_happen')
    throw new Refusal('cannot_adopt', `Rekey looked, and ${step.id} (${step.uses}) has not happened. ${ANSWER_NO}`);
  return found;
}

function refuse(error: unknown): never {
  throw error instanceof PermanentFailure ? new Refusal('cannot_adopt', error.message) : error;
}
