import type { LedgerEvent } from '../domain/event.ts';
import { keepSummary } from './apply-follow-ups.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import { testedText } from './records.ts';

type RecordEvent = Extract<
  LedgerEvent,
  {
    type:
      | 'notice_issued'
      | 'evidence_captured'
      | `reminder_${string}`
      | 'summary_posted'
      | 'alarm_raised'
      | 'checkpoint_signed';
  }
>;

/** What is kept and never changed again: who was told, what was found, what was promised and proved. */
export async function applyRecordEvent(tx: LedgerDb, event: RecordEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'notice_issued': {
      const { id, incident, run, recipient, about, key, template, facts, createdAt } = event.notice;
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
          about: about === undefined ? null : jsonText(about),
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
    case 'summary_posted':
      return keepSummary(tx, { ...event, hash: event.hash ?? null, posted: 1, at });
    case 'alarm_raised': {
      const { id, kind, key, sentence, raisedAt } = event.alarm;
      await tx
        .insertInto('alarms')
        .values({ id, kind, key_id: key, sentence, raised_at: stored(raisedAt) })
        .execute();
      return;
    }
    case 'checkpoint_signed':
      await tx
        .insertInto('checkpoints')
        .values({ seq: event.seq, hash: event.hash, signed_at: at, signer: event.signer })
        .onConflict((conflict) => conflict.column('seq').doNothing())
        .execute();
      return;
    default:
      return event satisfies never;
  }
}
