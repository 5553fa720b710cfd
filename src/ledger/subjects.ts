import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';

/** What an event is about, as the audit names it. */
export function subjectOf(event: LedgerEvent, run: RunId | null): string {
  switch (event.type) {
    case 'key_issued':
      return `key:${event.key.id}`;
    case 'key_activated':
    case 'key_expired':
    case 'key_quarantined':
    case 'key_compromised':
    case 'key_revoked':
    case 'key_proved_live':
    case 'key_proved_dead':
    case 'key_retired':
    case 'key_grace_extended':
    case 'key_grace_cut':
    case 'key_grace_taken_back':
    case 'key_suspended':
    case 'key_reinstated':
    case 'key_changed':
    case 'key_expiry_extended':
    case 'key_forgotten':
    case 'usage_gate_held':
    case 'usage_gate_waived':
    case 'reminder_tested':
      return `key:${event.key}`;
    case 'secret_sealed':
      return `secret:${event.secret.id}`;
    case 'secret_delivered':
    case 'secret_withdrawn':
    case 'secret_destroyed':
    case 'secret_rewrapped':
      return `secret:${event.secret}`;
    case 'rotation_requested':
      return `rotation:${event.rotation.id}`;
    case 'rotation_started':
    case 'rotation_ended':
      return `rotation:${event.rotation}`;
    case 'claim_opened':
      return `claim:${event.claim.id}`;
    case 'claim_taken':
    case 'claim_refused':
      return `claim:${event.claim}`;
    case 'alarm_raised':
      return event.alarm.key === null ? `alarm:${event.alarm.id}` : `key:${event.alarm.key}`;
    case 'master_key_adopted':
    case 'master_key_retired':
      return `master_key:${event.masterKey}`;
    case 'checkpoint_signed':
      return `audit:${event.seq}`;
    case 'alert_received':
      return `alert:${event.alert.id}`;
    case 'incident_opened':
      return `incident:${event.incident.id}`;
    case 'incident_classified':
    case 'incident_contained':
    case 'incident_recovered':
    case 'incident_closed':
    case 'summary_posted':
      return `incident:${event.incident}`;
    case 'run_started':
      return `run:${event.run.id}`;
    case 'run_joined':
    case 'run_cancel_requested':
    case 'run_overdue':
    case 'run_finished':
    case 'run_paused':
    case 'run_resumed':
    case 'run_reopened':
    case 'steps_reset':
      return `run:${event.run}`;
    case 'step_recorded':
    case 'step_skipped':
      return `run:${event.run}#${event.record.step}`;
    case 'step_settled':
      return `run:${event.run}#${event.step}`;
    case 'approval_requested':
      return `approval:${event.approval.id}`;
    case 'vote_cast':
    case 'approval_decided':
      return `approval:${event.approval}`;
    case 'ask_opened':
      return `ask:${event.ask.id}`;
    case 'ask_answered':
    case 'ask_marked':
    case 'ask_reminded':
    case 'ask_escalated':
    case 'ask_handed_over':
    case 'ask_pushed_back':
      return `ask:${event.ask}`;
    case 'notice_issued':
      return `notice:${event.notice.id}`;
    case 'evidence_captured':
      return `evidence:${event.evidence.id}`;
    case 'reminder_set':
      return `key:${event.reminder.key}`;
    case 'runbook_read':
      return `runbook:${event.version.runbook}`;
    case 'runbook_went_live':
    case 'runbook_gone':
    case 'runbook_grants_approved':
      return `runbook:${event.runbook}`;
    case 'runbook_proved':
      return `runbook:${event.proof.runbook}`;
    case 'peer_registered':
      return `peer:${event.peer.name}`;
    case 'peer_changed':
    case 'peer_removed':
    case 'peer_reached':
    case 'peer_waived':
      return `peer:${event.peer}`;
    case 'canary_began':
      return `key:${event.canary.key}`;
    case 'canary_delivered':
    case 'canary_probed':
    case 'canary_missed':
    case 'canary_ended':
      return `key:${event.key}`;
    case 'request_refused':
      return run === null ? event.what : `run:${run}`;
    default:
      return event satisfies never;
  }
}
