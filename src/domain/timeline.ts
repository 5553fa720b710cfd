import { z } from 'zod';
import { isAboutCanary, sentenceForCanary, type ToldOfCanary } from './canary-event.ts';
import { isAboutDelivery, sentenceForDelivery, type ToldOfDelivery } from './delivery-event.ts';
import { isAboutDigest, sentenceForDigest, type ToldOfDigest } from './digest-event.ts';
import type { AuditEntry } from './event.ts';
import { isAboutFollowUp, sentenceForFollowUp, type ToldOfFollowUp } from './follow-up-event.ts';
import { isAboutHome, sentenceForHome, type ToldOfHome } from './home-event.ts';
import { isIncidentWork, sentenceForIncidentWork, type ToldOfIncidentWork } from './incident-event.ts';
import { isKept } from './kept.ts';
import { isAboutPeer, sentenceForPeer, type ToldOfPeer } from './peer-event.ts';
import { isAboutSecondFactor, sentenceForSecondFactor, type ToldOfSecondFactor } from './second-factor-event.ts';
import { isAboutApproval, sentenceForApproval, type ToldOfApproval } from './timeline-of-approvals.ts';
import { isAboutAsk, sentenceForAsk, type ToldOfAsk } from './timeline-of-asks.ts';
import { isAboutControl, sentenceForControl, type ToldOfControl } from './timeline-of-control.ts';
import { isAboutFanOut, sentenceForFanOut, type ToldOfFanOut } from './timeline-of-fan-outs.ts';
import { sentenceForKey } from './timeline-of-keys.ts';
import { isAboutRunbook, sentenceForRunbook, type ToldOfRunbook } from './timeline-of-runbooks.ts';
import { isAboutKey, type Told, type ToldOfKey } from './told.ts';
import { isAboutUpkeep, sentenceForUpkeep, type ToldOfUpkeep } from './upkeep-event.ts';

/** Names of keys, approvals, questions and runs by their ids; an id without a name stands for itself. */
export type Names = ReadonlyMap<string, string>;

export interface TimelineLine {
  seq: number;
  at: Date;
  actor: string;
  sentence: string;
}

/** The audit lines of an incident as sentences, oldest first. Lines that repeat what another line says better are left out. */
export function timelineOf(entries: readonly AuditEntry[], names: Names): TimelineLine[] {
  return [...entries]
    .sort((a, b) => a.seq - b.seq)
    .flatMap((entry) => {
      const sentence = sentenceFor(toldBy(entry), names);
      return sentence === null ? [] : [{ seq: entry.seq, at: entry.at, actor: entry.actor, sentence }];
    });
}

/** The event behind an audit line. */
export function toldBy(entry: Pick<AuditEntry, 'details'>): Told {
  return Recorded.parse(JSON.parse(entry.details));
}

// The ledger writes `details` from a LedgerEvent and nothing else, and the hash chain protects what it wrote.
const Recorded = z.custom<Told>((value) => typeof value === 'object' && value !== null && 'type' in value);

/** One sentence on what happened, or null when it only repeats another line. */
export function sentenceFor(event: Told, names: Names): string | null {
  const name = (id: string) => names.get(id) ?? id;
  if (isIncidentWork(event)) return sentenceForIncidentWork(event);
  if (isAboutUpkeep(event)) return sentenceForUpkeep(event, name);
  if (isAboutRunbook(event)) return sentenceForRunbook(event);
  if (isAboutApproval(event)) return sentenceForApproval(event, name);
  if (isAboutAsk(event)) return sentenceForAsk(event, name);
  if (isAboutFollowUp(event)) return sentenceForFollowUp(event, name);
  if (isAboutPeer(event)) return sentenceForPeer(event, name);
  if (isAboutCanary(event)) return sentenceForCanary(event, name);
  if (isAboutControl(event)) return sentenceForControl(event, name);
  if (isAboutFanOut(event)) return sentenceForFanOut(event);
  if (isAboutHome(event)) return sentenceForHome(event);
  if (isAboutSecondFactor(event)) return sentenceForSecondFactor(event, name);
  if (isAboutDelivery(event)) return sentenceForDelivery(event);
  if (isAboutDigest(event)) return sentenceForDigest(event, name);
  return isAboutKey(event) ? sentenceForKey(event, name) : sentenceForRun(event, name);
}

function sentenceForRun(
  event: Exclude<
    Told,
    | ToldOfKey
    | ToldOfUpkeep
    | ToldOfIncidentWork
    | ToldOfApproval
    | ToldOfPeer
    | ToldOfCanary
    | ToldOfRunbook
    | ToldOfControl
    | ToldOfFanOut
    | ToldOfFollowUp
    | ToldOfAsk
    | ToldOfSecondFactor
    | ToldOfDelivery
    | ToldOfDigest
    | ToldOfHome
  >,
  name: (id: string) => string,
): string | null {
  switch (event.type) {
    case 'run_started':
      return `${event.run.runbook.id} started (${event.run.id}), asked for by ${event.run.requestedBy}: ${event.run.reason}.`;
    case 'run_joined':
      return `The same was asked for again (${event.situation}): ${event.reason}`;
    case 'run_cancel_requested':
      return `Cancelling ${name(event.run)} was asked for: ${event.reason}.`;
    case 'run_overdue':
      return `${name(event.run)} is stopped: ${event.why}.`;
    case 'run_stopped':
      // Who cancelled it, and why, is told already.
      return event.outcome === 'cancelled' ? null : `${name(event.run)} is stopped: ${event.why}.`;
    case 'run_finished':
      return `${name(event.run)} ${event.outcome}: ${event.why}.`;
    case 'step_recorded':
      return sentenceForStep(event.record);
    case 'step_settled':
      return `${event.by} stated that step ${event.step} ${event.happened ? 'happened' : 'did not happen'}${because(event.reason)}.`;
    default:
      return sentenceForIncident(event, name);
  }
}

type RunEvent = Extract<Told, { type: `run_${string}` | `step_${string}` }>;

function sentenceForIncident(
  event: Exclude<
    Told,
    | ToldOfHome
    | ToldOfKey
    | ToldOfUpkeep
    | ToldOfIncidentWork
    | ToldOfApproval
    | ToldOfPeer
    | ToldOfCanary
    | ToldOfRunbook
    | ToldOfControl
    | ToldOfFanOut
    | ToldOfFollowUp
    | ToldOfAsk
    | ToldOfSecondFactor
    | ToldOfDelivery
    | ToldOfDigest
    | RunEvent
  >,
  name: (id: string) => string,
): string | null {
  switch (event.type) {
    case 'alert_received':
      return `${event.alert.alert} came in from ${event.alert.source}: ${event.alert.count} in ${event.alert.windowMinutes} min.`;
    case 'incident_opened':
      return `${event.incident.severity} was declared: ${event.incident.title}.`;
    case 'incident_classified':
      return `Identified as ${event.keyClass}: ${event.why}`;
    case 'incident_contained':
      return 'The incident is contained.';
    case 'incident_recovered':
      return 'The incident is recovered.';
    case 'incident_closed':
      return event.openPoints.length === 0
        ? 'The incident was closed.'
        : `The incident stays open: ${event.openPoints.join(' ')}`;
    case 'notice_issued':
      return `${event.notice.recipient} was told about ${name(event.notice.key)}: ${event.notice.facts.replacementAvailable}`;
    case 'evidence_captured':
      return `Evidence was kept: ${event.evidence.kind} (SHA-256 ${event.evidence.hash.slice(0, 12)}…).`;
    case 'reminder_set':
      return `A reminder for ${name(event.reminder.key)} was set: ${event.reminder.owner} in ${event.reminder.channel}.`;
    case 'reminder_tested':
      return `The reminder was test-fired on a clock shifted to ${event.tested.shiftedTo}: ${event.tested.wouldTell}`;
    case 'summary_posted':
      return 'The post-incident summary was posted.';
    case 'alarm_raised':
      return `Alarm: ${event.alarm.sentence}`;
    case 'alarm_ended':
      return `The alarm is over: ${event.why}`;
    case 'master_key_adopted':
      return `The ledger was bound to the master key ${event.masterKey} and the pepper ${event.pepper}.`;
    case 'master_key_retired':
      return `The master key ${event.masterKey} was retired (${event.why}): nothing is sealed under it any more.`;
    case 'checkpoint_signed':
      return `The audit up to line ${event.seq} was signed (${event.signer}).`;
    case 'leak_compared':
      return `${event.by} said that a key leaked and had ${event.texts} texts compared with the known ones: ${event.found.map(name).join(', ') || 'it is none of them'}.`;
    case 'request_refused':
      return `A request was refused (${event.what}): ${event.sentence}`;
    default:
      return event satisfies never;
  }
}

// A step that went well is told by its own events; only what went wrong or needs a person is said here.
function sentenceForStep(record: Extract<Told, { type: 'step_recorded' }>['record']): string | null {
  const { step, undoError, undoing } = record;
  if (undoError !== null && isKept(undoError)) return `Step ${step} stays as it is on purpose, ${undoError}`;
  if (undoError !== null) return `Step ${step} could not be undone; a person has to take it back: ${undoError}`;
  // Of a step that is being taken back, how it had ended was said before. Lines of an older Rekey know of no tries.
  if (undoing != null)
    return undoing.error === null
      ? null
      : `Taking step ${step} back failed (${undoing.failures}) and is tried again: ${undoing.error}`;
  switch (record.state) {
    case 'failed':
      return `Step ${record.step} failed: ${record.error}`;
    case 'in_doubt':
      return `Step ${record.step} is in doubt: ${record.question}`;
    case 'skipped':
      return `Step ${record.step} was skipped: ${record.why}.`;
    case 'undone':
      return `Step ${record.step} was undone.`;
    case 'waiting':
      return record.waiting.kind === 'retry'
        ? `Step ${record.step} will be tried again: ${record.waiting.error}`
        : null;
    case 'started':
    case 'reset':
    case 'done':
      return null;
    default:
      return record satisfies never;
  }
}

function because(text: string): string {
  return text.trim() === '' ? '' : `: ${text.trim()}`;
}
