import type { LedgerEvent } from '../domain/event.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import { alertToRow, incidentToRow } from './incidents.ts';
import type { LedgerDb } from './open.ts';
import { testedText } from './records.ts';

type IncidentEvent = Extract<
  LedgerEvent,
  {
    type:
      | 'alert_received'
      | `incident_${string}`
      | 'notice_issued'
      | 'evidence_captured'
      | `reminder_${string}`
      | 'summary_posted';
  }
>;

export async function applyIncidentEvent(tx: LedgerDb, event: IncidentEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  const change = (incident: string) => tx.updateTable('incidents').where('id', '=', incident);
  switch (event.type) {
    case 'alert_received':
      await tx.insertInto('alerts').values(alertToRow(event.alert)).execute();
      return;
    case 'incident_opened':
      await tx.insertInto('incidents').values(incidentToRow(event.incident)).execute();
      return;
    case 'incident_classified':
      await changeOne(change(event.incident).set({ key_class: event.keyClass }), `incident ${event.incident}`);
      return;
    case 'incident_contained':
      // The first time counts: a step that is done again after a crash must not move it.
      await change(event.incident).set({ contained_at: at }).where('contained_at', 'is', null).execute();
      return;
    case 'incident_recovered':
      await change(event.incident).set({ recovered_at: at }).where('recovered_at', 'is', null).execute();
      return;
    case 'incident_closed': {
      const closed = event.openPoints.length === 0 ? { closed_at: at } : {};
      await changeOne(
        change(event.incident).set({ ...closed, open_points: jsonText(event.openPoints) }),
        `incident ${event.incident}`,
      );
      return;
    }
    case 'notice_issued': {
      const { id, incident, run, recipient, key, template, facts, createdAt } = event.notice;
      await tx
        .insertInto('notices')
        .values({
          id,
          incident_id: incident,
          run_id: run,
          recipient,
          key_id: key,
          template,
          facts: jsonText(facts),
          created_at: stored(createdAt),
        })
        .execute();
      return;
    }
    case 'evidence_captured': {
      const { id, incident, run, step, kind, hash, content, capturedAt } = event.evidence;
      await tx
        .insertInto('evidence')
        .values({
          id,
          incident_id: incident,
          run_id: run,
          step_id: step,
          kind,
          hash,
          content: jsonText(content),
          captured_at: stored(capturedAt),
        })
        .execute();
      return;
    }
    case 'reminder_set': {
      const { key, withinDays, channel, owner, setAt, setBy } = event.reminder;
      const values = {
        within_days: jsonText(withinDays),
        channel,
        owner,
        set_at: stored(setAt),
        set_by: setBy,
        tested: null,
      };
      await tx
        .insertInto('reminders')
        .values({ key_id: key, ...values })
        .onConflict((conflict) => conflict.column('key_id').doUpdateSet(values))
        .execute();
      return;
    }
    case 'reminder_tested':
      return changeOne(
        tx
          .updateTable('reminders')
          .set({ tested: testedText(event.tested) })
          .where('key_id', '=', event.key),
        `reminder of ${event.key}`,
      );
    case 'summary_posted': {
      const values = { run_id: event.run, markdown: event.markdown, json: event.json, posted_at: at };
      await tx
        .insertInto('summaries')
        .values({ incident_id: event.incident, ...values })
        .onConflict((conflict) => conflict.column('incident_id').doUpdateSet(values))
        .execute();
      return;
    }
    default:
      return event satisfies never;
  }
}
