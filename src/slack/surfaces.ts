import type { Surface } from '../domain/announce.ts';
import type { Sources } from './deps.ts';
import type { Message } from './limits.ts';
import { loadAlarm } from './load/alarm.ts';
import { loadApproval, loadApprovalReminder } from './load/approval.ts';
import { loadAsk, loadReminder, whenOverdue } from './load/ask.ts';
import { loadBreakGlass } from './load/break-glass.ts';
import { loadDigest } from './load/digest.ts';
import { loadOutlook, loadReleasedClaim, loadUnusedQuestion } from './load/digest-more.ts';
import { loadDoubt } from './load/doubt.ts';
import { loadFollowUp, loadFollowUpNag, whenFollowUpOverdue } from './load/follow-up.ts';
import { loadIncident } from './load/incident.ts';
import { loadIncidentRole, loadIncidentStatus, loadIncidentUpdate } from './load/incident-parts.ts';
import { loadNotice } from './load/notice.ts';
import { loadOutsideNotice } from './load/outside-notice.ts';
import { loadPeerBoard } from './load/peer-board.ts';
import { loadRecovered } from './load/recovered.ts';
import { loadRetrospective } from './load/retrospective.ts';
import { loadReview } from './load/review.ts';
import { loadRun, nextPassing } from './load/run.ts';
import { loadFailedRun } from './load/run-failed.ts';
import { loadRunbookChange } from './load/runbook-change.ts';
import { loadSummaryPost } from './load/summary.ts';
import { loadSummaryPart } from './load/summary-part.ts';
import { alarmCard } from './views/alarm.ts';
import { approvalCard, whenLessIsLeft } from './views/approval-card.ts';
import { approvalReminder } from './views/approval-reminder.ts';
import { askCard } from './views/ask-card.ts';
import { breakGlassCard, whenReviewOverdue } from './views/break-glass.ts';
import { digestPart } from './views/digest.ts';
import { digestClaim } from './views/digest-claim.ts';
import { digestOutlook } from './views/digest-outlook.ts';
import { unusedQuestion } from './views/digest-unused.ts';
import { doubtCard } from './views/doubt.ts';
import { followUpCard } from './views/follow-up.ts';
import { followUpNag } from './views/follow-up-nag.ts';
import { incidentCard } from './views/incident-card.ts';
import { incidentRoleGiven, incidentStatus, incidentUpdateAsked } from './views/incident-status.ts';
import { noticeCard } from './views/notice.ts';
import { outsideNotice } from './views/outside-notice.ts';
import { peerBoardCard } from './views/peer-board.ts';
import { recoveredCard } from './views/recovered.ts';
import { retrospectiveCard } from './views/retrospective.ts';
import { reviewCard, reviewReminder } from './views/review.ts';
import { runFailed } from './views/run-failed.ts';
import { runProgress } from './views/run-progress.ts';
import { runbookChange } from './views/runbook-change.ts';
import { summaryPost } from './views/summary.ts';
import { summaryPart } from './views/summary-part.ts';

/** `redrawAt`: when it looks different although nothing has happened, such as when a deadline that it shows has passed. */
export interface Drawn {
  message: Message;
  redrawAt: Date | null;
}

/** How each surface is read from the ledger and drawn; null when its subject is not there. */
export const surfaces: Record<Surface, (sources: Sources, subject: string) => Promise<Drawn | null>> = {
  incident: drawnBy(loadIncident, incidentCard),
  incident_status: drawnBy(loadIncidentStatus, incidentStatus),
  incident_role: drawnBy(loadIncidentRole, incidentRoleGiven),
  incident_update: drawnBy(loadIncidentUpdate, incidentUpdateAsked),
  run: drawnBy(loadRun, runProgress, nextPassing),
  run_failed: drawnBy(loadFailedRun, runFailed),
  doubt: drawnBy(loadDoubt, doubtCard),
  approval: drawnBy(loadApproval, approvalCard, whenLessIsLeft),
  approval_dm: drawnBy(loadApproval, approvalCard, whenLessIsLeft),
  approval_reminder: drawnBy(loadApprovalReminder, approvalReminder),
  break_glass: drawnBy(loadBreakGlass, breakGlassCard, whenReviewOverdue),
  ask: drawnBy(loadAsk, askCard, whenOverdue),
  ask_dm: drawnBy(loadAsk, askCard, whenOverdue),
  ask_reminder: drawnBy(loadReminder, askCard, whenOverdue),
  notice: drawnBy(loadNotice, noticeCard),
  recovered: drawnBy(loadRecovered, recoveredCard),
  summary: drawnBy(loadSummaryPost, summaryPost),
  summary_part: drawnBy(loadSummaryPart, summaryPart),
  follow_up: drawnBy(loadFollowUp, followUpCard, whenFollowUpOverdue),
  follow_up_nag: drawnBy(loadFollowUpNag, followUpNag),
  retrospective: drawnBy(loadRetrospective, retrospectiveCard),
  review: drawnBy(loadReview, reviewCard),
  review_reminder: drawnBy(loadReview, reviewReminder),
  alarm: drawnBy(loadAlarm, alarmCard),
  peer_board: drawnBy(loadPeerBoard, peerBoardCard),
  runbook_change: drawnBy(loadRunbookChange, runbookChange),
  digest: drawnBy(loadDigest, digestPart),
  digest_dm: drawnBy(loadDigest, digestPart),
  digest_outlook: drawnBy(loadOutlook, digestOutlook),
  digest_claim: drawnBy(loadReleasedClaim, digestClaim),
  digest_unused: drawnBy(loadUnusedQuestion, unusedQuestion),
  outside_notice: drawnBy(loadOutsideNotice, outsideNotice),
};

function drawnBy<T>(
  load: (sources: Sources, subject: string) => Promise<T | null>,
  view: (loaded: T) => Message,
  redrawAt: (loaded: T) => Date | null = () => null,
): (sources: Sources, subject: string) => Promise<Drawn | null> {
  return async (sources, subject) => {
    const loaded = await load(sources, subject);
    return loaded === null ? null : { message: view(loaded), redrawAt: redrawAt(loaded) };
  };
}
