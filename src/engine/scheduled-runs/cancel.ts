import type { ScheduledRun } from '../../domain/scheduled-run.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { authorize } from '../keys/authority.ts';
import { assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';

/** Takes a run off the calendar. Refusals: `unknown_scheduled_run`, `scheduled_run_over`, `not_allowed`, `reason_needed`. */
export async function cancelScheduled(
  deps: EngineDeps,
  id: string,
  request: Origin & { reason: string },
): Promise<ScheduledRun> {
  await auditRefusal(deps, { origin: request, what: `cancel ${id}` }, async () => {
    const { policy } = await deps.policy();
    assertReason(request.reason);
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    await deps.ledger.record(context, async ({ read }): Promise<Recording<void>> => {
      const scheduled = await scheduledOrRefuse(read, id);
      const key = scheduled.key === null ? null : await read.key(scheduled.key);
      const subject = key ?? { owner: null, escalation: null, service: null };
      await authorize(read, { policy, verb: 'cancel', origin: request, subject, now: deps.now() });
      // The wish came true already, whoever had it first.
      if (scheduled.outcome === 'cancelled') return { events: [], result: undefined };
      assertWaiting(scheduled);
      const { reason } = request;
      return { events: [{ type: 'scheduled_run_cancelled', scheduled: id, reason }], result: undefined };
    });
  });
  return scheduledOrRefuse(deps.ledger.read, id);
}

async function scheduledOrRefuse(read: Pick<LedgerReader, 'scheduledRun'>, id: string): Promise<ScheduledRun> {
  const scheduled = await read.scheduledRun(id);
  if (scheduled !== null) return scheduled;
  throw new Refusal(
    'unknown_scheduled_run',
    `There is no scheduled run ${id}. \`rekey runs list --scheduled\` names them.`,
  );
}

function assertWaiting({ id, outcome, run, why }: ScheduledRun): void {
  if (outcome === null) return;
  throw new Refusal(
    'scheduled_run_over',
    outcome === 'started' ? `${id} has begun as ${run}; cancel that run.` : `${id} was missed: ${why}`,
  );
}
