import type { LedgerEvent } from '../domain/event.ts';
import { applyAlarmEvent } from './apply-alarms.ts';
import { applyApprovalEvent } from './apply-approvals.ts';
import { applyAskEvent } from './apply-asks.ts';
import { applyCanaryEvent } from './apply-canaries.ts';
import { applyControlEvent } from './apply-control.ts';
import { applyDeliveryEvent } from './apply-deliveries.ts';
import { applyDigestEvent } from './apply-digests.ts';
import { applyFanOutEvent } from './apply-fan-outs.ts';
import { applyFollowUpEvent } from './apply-follow-ups.ts';
import { applyHomeEvent } from './apply-home.ts';
import { applyIncidentWork } from './apply-incident-work.ts';
import { applyIncidentEvent } from './apply-incidents.ts';
import { applyKeyEvent } from './apply-keys.ts';
import { applyPeerEvent } from './apply-peers.ts';
import { applyRecordEvent } from './apply-records.ts';
import { applyRotationEvent } from './apply-rotations.ts';
import { applyRunbookEvent } from './apply-runbooks.ts';
import { applyRunEvent } from './apply-runs.ts';
import { applySecondFactorEvent } from './apply-second-factor.ts';
import { applySecretEvent } from './apply-secrets.ts';
import { applyUpkeepEvent } from './apply-upkeep.ts';
import type { AuditContext } from './audit.ts';
import type { LedgerDb } from './open.ts';

/** The change that an event makes. What the tables refuse (illegal transition, second outcome) fails the whole transaction. */
export async function applyEvent(tx: LedgerDb, event: LedgerEvent, context: AuditContext): Promise<void> {
  switch (event.type) {
    case 'key_issued':
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
      return applyKeyEvent(tx, event, context);
    case 'rotation_requested':
    case 'rotation_started':
    case 'rotation_ended':
    case 'usage_gate_held':
    case 'usage_gate_waived':
      return applyRotationEvent(tx, event, context);
    case 'secret_sealed':
    case 'secret_delivered':
    case 'secret_withdrawn':
    case 'secret_destroyed':
    case 'secret_rewrapped':
    case 'claim_opened':
    case 'claim_taken':
    case 'claim_refused':
    case 'master_key_adopted':
    case 'master_key_retired':
      return applySecretEvent(tx, event, context);
    case 'run_paused':
    case 'run_resumed':
    case 'run_reopened':
    case 'step_skipped':
    case 'steps_reset':
      return applyControlEvent(tx, event, context);
    case 'fan_out_planned':
    case 'fan_out_moved':
      return applyFanOutEvent(tx, event);
    case 'follow_up_added':
    case 'follow_up_done':
    case 'follow_up_handed_over':
    case 'follow_up_moved':
    case 'follow_up_dropped':
    case 'person_nagged':
    case 'retrospective_due':
    case 'retrospective_published':
    case 'summary_redrawn':
    case 'review_opened':
    case 'review_ticked':
    case 'review_nagged':
    case 'review_finished':
      return applyFollowUpEvent(tx, event, context);
    case 'run_started':
    case 'run_joined':
    case 'run_cancel_requested':
    case 'run_overdue':
    case 'run_stopped':
    case 'run_finished':
    case 'step_recorded':
    case 'step_settled':
      return applyRunEvent(tx, event, context);
    case 'ask_opened':
    case 'ask_answered':
    case 'ask_marked':
    case 'ask_reminded':
    case 'ask_escalated':
    case 'ask_handed_over':
    case 'ask_pushed_back':
      return applyAskEvent(tx, event, context);
    case 'approval_requested':
    case 'vote_cast':
    case 'approval_decided':
    case 'approval_asked':
    case 'approval_reminded':
    case 'approval_escalated':
    case 'approval_delegated':
    case 'glass_broken':
    case 'glass_reviewed':
      return applyApprovalEvent(tx, event, context);
    case 'alert_received':
    case 'incident_opened':
    case 'incident_classified':
    case 'incident_contained':
    case 'incident_recovered':
    case 'incident_closed':
      return applyIncidentEvent(tx, event, context);
    case 'incident_room_wanted':
    case 'incident_room_made':
    case 'incident_room_refused':
    case 'incident_room_lost':
    case 'incident_role_given':
    case 'incident_severity_changed':
    case 'incident_status_posted':
    case 'incident_noted':
    case 'incident_point_waived':
    case 'incident_reopened':
    case 'incident_update_asked':
      return applyIncidentWork(tx, event, context);
    case 'notice_issued':
    case 'evidence_captured':
    case 'reminder_set':
    case 'reminder_tested':
    case 'summary_posted':
    case 'alarm_raised':
    case 'checkpoint_signed':
      return applyRecordEvent(tx, event, context);
    case 'alarm_ended':
      return applyAlarmEvent(tx, event, context);
    case 'runbook_read':
    case 'runbook_went_live':
    case 'runbook_gone':
    case 'runbook_grants_approved':
    case 'runbook_proved':
      return applyRunbookEvent(tx, event, context);
    case 'peer_registered':
    case 'peer_changed':
    case 'peer_removed':
    case 'peer_reached':
    case 'peer_waived':
      return applyPeerEvent(tx, event, context);
    case 'canary_began':
    case 'canary_delivered':
    case 'canary_probed':
    case 'canary_missed':
    case 'canary_ended':
      return applyCanaryEvent(tx, event, context);
    case 'cache_cleared':
    case 'expiry_seen':
    case 'provider_synced':
    case 'entered_incident':
    case 'situation_reported':
    case 'scheduled_run_planned':
    case 'scheduled_run_started':
    case 'scheduled_run_missed':
    case 'scheduled_run_cancelled':
      return applyUpkeepEvent(tx, event, context);
    case 'checklist_dismissed':
      return applyHomeEvent(tx, event, context);
    case 'second_factor_wanted':
    case 'recovery_codes_made':
    case 'second_factor_invited':
    case 'totp_enrolled':
    case 'totp_confirmed':
    case 'totp_used':
    case 'recovery_code_used':
    case 'totp_failed':
    case 'totp_locked':
    case 'totp_removed':
    case 'totp_rewrapped':
      return applySecondFactorEvent(tx, event, context);
    case 'digest_ran':
    case 'digest_shown':
    case 'digest_key_claimed':
    case 'digest_claim_ended':
    case 'digest_key_snoozed':
    case 'digest_key_unused':
    case 'digest_unused_answered':
      return applyDigestEvent(tx, event, context);
    case 'dispatch_drafted':
    case 'delivery_queued':
    case 'delivery_begun':
    case 'delivery_sent':
    case 'delivery_deferred':
    case 'delivery_failed':
    case 'delivery_doubted':
    case 'delivery_withdrawn':
    case 'delivery_settled':
      return applyDeliveryEvent(tx, event, context);
    case 'leak_compared':
    case 'request_refused':
      // Its audit line is all there is to it.
      return;
    default:
      return event satisfies never;
  }
}
