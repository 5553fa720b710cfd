import type { UpkeepEvent } from '../domain/upkeep-event.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import { changeKey } from './keys.ts';
import type { LedgerDb } from './open.ts';
import { scheduledRunToRow } from './scheduled-runs.ts';

export async function applyUpkeepEvent(tx: LedgerDb, event: UpkeepEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'cache_cleared':
    case 'provider_synced':
      // Its audit line is all there is to it: verifiers go by that.
      return;
    case 'expiry_seen':
      return changeKey(tx, event.key, { expires_at: stored(event.expiresAt) });
    case 'entered_incident':
      return changeOne(
        tx
          .updateTable('runs')
          .set({ incident_id: event.incident })
          .where('id', '=', event.run)
          .where('incident_id', 'is', null),
        `run ${event.run} outside of incidents`,
      );
    case 'situation_reported':
      return report(tx, event, context);
    case 'scheduled_run_planned':
      await tx.insertInto('scheduled_runs').values(scheduledRunToRow(event.scheduled)).execute();
      return;
    case 'scheduled_run_started':
      return end(tx, event.scheduled, { outcome: 'started', run_id: event.run, ended_at: at });
    case 'scheduled_run_missed':
      return end(tx, event.scheduled, { outcome: 'missed', why: event.why, ended_at: at });
    case 'scheduled_run_cancelled':
      return end(tx, event.scheduled, { outcome: 'cancelled', why: event.reason, ended_at: at });
    default:
      return event satisfies never;
  }
}

interface End {
  outcome: 'started' | 'missed' | 'cancelled';
  ended_at: string;
  run_id?: string;
  why?: string;
}

async function end(tx: LedgerDb, id: string, change: End): Promise<void> {
  await changeOne(
    tx.updateTable('scheduled_runs').set(change).where('id', '=', id).where('outcome', 'is', null),
    `scheduled run ${id} that has not begun`,
  );
}

async function report(
  tx: LedgerDb,
  { incident, report: said }: Extract<UpkeepEvent, { type: 'situation_reported' }>,
  { at, actor }: AuditContext,
): Promise<void> {
  const { severity, title, ...texts } = said;
  const change = { ...(severity !== null && { severity }), ...(title !== null && { title }) };
  if (Object.keys(change).length > 0)
    await changeOne(tx.updateTable('incidents').set(change).where('id', '=', incident), `incident ${incident}`);
  // What was said before and not again still holds.
  const news = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null));
  if (Object.keys(news).length === 0) return;
  const reported = { reported_at: stored(at), reported_by: actor };
  await tx
    .insertInto('situations')
    .values({ incident_id: incident, ...texts, ...reported })
    .onConflict((conflict) => conflict.column('incident_id').doUpdateSet({ ...news, ...reported }))
    .execute();
}
