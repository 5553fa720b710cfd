import { doubtOf } from '../domain/announce.ts';
import { deadlineOf, hasPassed, passedText } from '../domain/deadlines.ts';
import type { InDoubt } from '../domain/doubt.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import { instantText } from '../domain/instant.ts';
import { stopOf } from '../domain/moves.ts';
import { stepsOf } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { Recording } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { adopted, type Settled } from './adopt.ts';
import type { EngineDeps } from './deps.ts';
import type { Engine } from './engine.ts';
import { assertReason } from './keys/record-on-key.ts';
import { assertMayOn, assertOpen, runOrRefuse } from './open-run.ts';
import { decisionContext, wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';
import { base } from './step-record.ts';

type Request = Parameters<Engine['settle']>[2];

/**
 * A person answers what a crash or a failure left open. Yes records what the step would have recorded itself, and is refused when that
 * cannot be known; no lets the step run again. The same answer again is fine; of two that differ, the first one counts.
 */
export async function settle(deps: EngineDeps, id: RunId, step: string, request: Request): Promise<void> {
  await auditRefusal(deps, { origin: request, what: `settle ${id} ${step}` }, async () => {
    const { policy } = await deps.policy();
    assertReason(request.reason);
    const may = { policy, verb: 'answer', origin: request } as const;
    const before = await runOrRefuse(deps.ledger.read, id);
    await assertMayOn(deps.ledger.read, before, may);
    if (await wasSaid(deps.ledger.read, before, { step, request })) return;
    const asked = doubtIn(before, step);
    // Outside of the transaction, for it may look at places that take their time to answer.
    const settled = request.happened ? await adopted(deps, before, asked) : notHappened(deps, before, asked);
    const context = decisionContext(deps, request, { incident: before.incident, run: id });
    await deps.ledger.record(context, async (tx): Promise<Recording<void>> => {
      const run = await runOrRefuse(tx.read, id);
      await assertMayOn(tx.read, run, may);
      if (await wasSaid(tx.read, run, { step, request })) return { events: [], result: undefined };
      assertOpen(run);
      assertSameDoubt(doubtIn(run, step), asked);
      await tx.wake(run.id);
      const record: LedgerEvent = { type: 'step_recorded', run: run.id, record: settled.record };
      return { events: [...settled.events, said(run, asked, request), record], result: undefined };
    });
  });
  await wakeSoon(deps, id);
}

/** Whether this answer was given to this doubt before; another one is refused. Without the doubt's name it is the last one of the step. */
async function wasSaid(
  read: LedgerReader,
  run: Run,
  { step, request }: { step: string; request: Request },
): Promise<boolean> {
  const record = run.steps[step];
  const open = record?.state === 'in_doubt' && run.finishedAt === null ? doubtOf(record) : null;
  if (open !== null && (request.doubt === undefined || request.doubt === open)) return false;
  const earlier = await read.settlementsOf(run.id, step);
  const first = earlier.find((one) => request.doubt === undefined || doubtOf(one) === request.doubt);
  if (first === undefined) throw overBy(run, step);
  if (first.happened === request.happened) return true;
  throw new Refusal(
    'already_settled',
    `${first.by} already said at ${instantText(first.at)} that ${step} ${first.happened ? 'happened' : 'did not happen'}: ${first.reason}`,
  );
}

function overBy(run: Run, step: string): Refusal {
  if (run.steps[step]?.state === 'in_doubt')
    return new Refusal('not_in_doubt', `This question about ${step} is over; look at the newest message of the run.`);
  return notInDoubt(run, step);
}

function notInDoubt(run: Run, step: string): Refusal {
  const state = run.steps[step]?.state ?? 'not started';
  return new Refusal('not_in_doubt', `Step ${step} of ${run.id} is ${state}; there is nothing to settle.`);
}

export function doubtIn(run: Run, step: string): InDoubt {
  const record = run.steps[step];
  if (record?.state === 'in_doubt') return record;
  throw notInDoubt(run, step);
}

function assertSameDoubt(now: InDoubt, asked: InDoubt): void {
  if (doubtOf(now) === doubtOf(asked)) return;
  throw new Refusal('not_in_doubt', `${now.step} was tried again meanwhile; look at the newest message of the run.`);
}

function said(run: Run, { step }: InDoubt, { happened, reason, actor }: Request): LedgerEvent {
  return { type: 'step_settled', run: run.id, step, happened, reason, by: actor };
}

function notHappened(deps: EngineDeps, run: Run, asked: InDoubt): Settled {
  const why = 'a person said that it did not happen';
  const now = deps.now();
  // A run that has stopped does nothing more; what did not happen does not keep it from taking the rest back.
  const plan = deps.runbooks.planOf(run.runbook);
  if (stopOf(plan, run) !== null)
    return { record: { ...base(asked), endedAt: now, state: 'skipped', why }, events: [] };
  const step = stepsOf(plan).find((one) => one.id === asked.step);
  const deadline = step === undefined ? null : deadlineOf(plan, run, step);
  // Too late to begin it again: what was open is settled now, and with that the step is over.
  if (deadline !== null && hasPassed(deadline, now))
    return {
      record: { ...base(asked), endedAt: now, state: 'failed', error: `${passedText(deadline)}; ${why}` },
      events: [],
    };
  const waiting = { kind: 'retry', until: now, error: why, resumes: null } as const;
  return { record: { ...base(asked), endedAt: null, state: 'waiting', waiting, answered: false }, events: [] };
}
