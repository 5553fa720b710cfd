import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import { assertMay } from '../domain/policy.ts';
import { Refusal } from '../errors.ts';
import type { RecordingTx } from '../ledger/ledger.ts';
import type { EngineDeps } from './deps.ts';
import type { Engine, Origin } from './engine.ts';
import { wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';

export async function cancel(deps: EngineDeps, runId: RunId, request: Origin & { reason: string }): Promise<void> {
  const { policy } = await deps.policy();
  await auditRefusal(deps, { origin: request, what: `cancel ${runId}` }, () =>
    deps.ledger.record({ at: deps.now(), actor: request.actor, channel: request.channel, run: runId }, async (tx) => {
      const run = await openRunOrRefuse(tx, runId);
      const key = run.key === null ? null : await tx.read.key(run.key);
      assertMay(policy, 'cancel', { actor: request.actor, subject: key ?? { owner: null, escalation: null } });
      if (run.cancelRequestedAt !== null) return { events: [], result: undefined };
      return { events: [{ type: 'run_cancel_requested', run: run.id, reason: request.reason }], result: undefined };
    }),
  );
  await wakeSoon(deps, runId);
}

/** A person answers what a crash left open. Yes adopts the effect; no lets the step run again. */
export async function settle(
  deps: EngineDeps,
  runId: RunId,
  step: string,
  request: Parameters<Engine['settle']>[2],
): Promise<void> {
  const { policy } = await deps.policy();
  await auditRefusal(deps, { origin: request, what: `settle ${runId} ${step}` }, () =>
    deps.ledger.record({ at: deps.now(), actor: request.actor, channel: request.channel, run: runId }, async (tx) => {
      const run = await openRunOrRefuse(tx, runId);
      const key = run.key === null ? null : await tx.read.key(run.key);
      assertMay(policy, 'answer', { actor: request.actor, subject: key ?? { owner: null, escalation: null } });
      const record = run.steps[step];
      if (record?.state !== 'in_doubt')
        throw new Refusal(
          'not_in_doubt',
          `Step ${step} of ${runId} is ${record?.state ?? 'not started'}; there is nothing to settle.`,
        );
      const { question: _question, ...rest } = record;
      const now = deps.now();
      const settled: LedgerEvent = request.happened
        ? { type: 'step_recorded', run: run.id, record: { ...rest, endedAt: now, state: 'done', outputs: {} } }
        : {
            type: 'step_recorded',
            run: run.id,
            record: {
              ...rest,
              state: 'waiting',
              waiting: { kind: 'retry', until: now, error: 'a person said that it did not happen' },
              answered: false,
            },
          };
      return { events: [settled], result: undefined };
    }),
  );
  await deps.ledger.leases.wake(runId, deps.now());
  await wakeSoon(deps, runId);
}

async function openRunOrRefuse({ read }: RecordingTx, id: RunId) {
  const run = await read.run(id);
  if (run === null) throw new Refusal('unknown_run', `There is no run ${id}. Copy the id from the run's message.`);
  if (run.finishedAt !== null)
    throw new Refusal('run_over', `${id} ended at ${run.finishedAt.toISOString()} (${run.outcome}).`);
  return run;
}
