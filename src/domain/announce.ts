import { z } from 'zod';
import { announcementsOfApproval, isAboutApproval } from './announce-approvals.ts';
import { announcementsOfDigest, isAboutDigest } from './announce-digests.ts';
import { announcementsOfWhatFollows, isAboutWhatFollows } from './announce-follow-ups.ts';
import { announcementsOfIncidentWork } from './announce-incidents.ts';
import type { AskedIn } from './asked-in.ts';
import { direct } from './direct.ts';
import type { LedgerEvent } from './event.ts';
import type { IncidentId, PersonId } from './ids.ts';
import { PersonId as PersonIdSchema } from './ids.ts';
import { isIncidentWork } from './incident-event.ts';
import type { StepRecord } from './run.ts';
import { partSubject, partsOf } from './summary-parts.ts';

/** What a Slack message shows. Each is rendered from the ledger by one view in slack/views/. */
export const Surface = z.enum([
  'incident',
  'incident_status',
  'incident_role',
  'incident_update',
  'run',
  'run_failed',
  'doubt',
  'approval',
  'approval_dm',
  'approval_reminder',
  'break_glass',
  'ask',
  'ask_dm',
  'ask_reminder',
  'notice',
  'recovered',
  'summary',
  'alarm',
  'runbook_change',
  'follow_up',
  'follow_up_nag',
  'summary_part',
  'retrospective',
  'review',
  'review_reminder',
  'outside_notice',
  'digest',
  'digest_outlook',
  'digest_dm',
  'digest_claim',
  'digest_unused',
  'peer_board',
]);
export type Surface = z.infer<typeof Surface>;

export type Address =
  | { kind: 'incident_channel'; incident: IncidentId; thread: boolean }
  /** Where the team reads about what belongs to no incident. */
  | { kind: 'team_channel' }
  /** Where somebody asked for it; the team's channel when Rekey is not in that one. */
  | { kind: 'asked_in'; channel: string; thread: string | null }
  /** A channel that policy.yaml names, by id or as `#name`. */
  | { kind: 'channel'; channel: string }
  | { kind: 'person'; person: PersonId };

/** One message that has to exist because of an event: the same (surface, subject, address) never makes a second one. */
export interface Announcement {
  surface: Surface;
  /** The id of what is shown: an incident, run, approval, ask or notice; `doubtOf` an attempt of a step. */
  subject: string;
  address: Address;
}

/** The messages that an event calls for. Pure, so that "one message per fact" is decided in the same transaction as the fact. */
export function announcementsOf(event: LedgerEvent, incident: IncidentId | null): Announcement[] {
  if (event.type === 'notice_issued') return [notice(event.notice.id, event.notice.recipient, incident)].flat();
  if (event.type === 'dispatch_drafted') {
    const address: Address =
      incident === null ? { kind: 'team_channel' } : { kind: 'incident_channel', incident, thread: true };
    return [{ surface: 'outside_notice', subject: event.draft.id, address }];
  }
  if (isAboutPeople(event)) return aboutPeople(event);
  if (event.type === 'alarm_raised')
    return [
      { surface: 'alarm', subject: event.alarm.id, address: { kind: 'team_channel' } },
      ...direct('alarm', event.alarm.id, event.alarm.tell ?? []),
    ];
  if (event.type === 'runbook_went_live') return runbookChange(event);
  if (isAboutDigest(event)) return announcementsOfDigest(event);
  if (isAboutWhatFollows(event)) return announcementsOfWhatFollows(event);
  if (isAboutApproval(event)) return announcementsOfApproval(event, incident);
  if (isIncidentWork(event)) return announcementsOfIncidentWork(event);
  const board = boardAwaited(event);
  if (board !== null)
    return [
      {
        surface: 'peer_board',
        subject: board,
        address: incident === null ? { kind: 'team_channel' } : { kind: 'incident_channel', incident, thread: true },
      },
    ];
  if (incident === null) return outsideIncidents(event);
  const channel = { kind: 'incident_channel', incident, thread: false } as const;
  const thread = { kind: 'incident_channel', incident, thread: true } as const;
  switch (event.type) {
    case 'incident_opened':
      return [{ surface: 'incident', subject: incident, address: channel }];
    case 'run_started':
      // What a run started is shown in its message and details: hundreds of messages that are edited at each step would bury what people have to
      // act in, which has messages of its own whichever run it belongs to.
      return event.run.parent === null ? [{ surface: 'run', subject: event.run.id, address: thread }] : [];
    case 'entered_incident':
      return [{ surface: 'run', subject: event.run, address: thread }];
    case 'step_recorded':
      return event.record.state === 'in_doubt'
        ? [{ surface: 'doubt', subject: doubtOf(event.record), address: channel }]
        : [];
    case 'ask_opened':
      return [
        { surface: 'ask', subject: event.ask.id, address: thread },
        ...direct('ask_dm', event.ask.id, event.ask.assigned),
      ];
    case 'incident_recovered':
      return [{ surface: 'recovered', subject: incident, address: channel }];
    case 'summary_posted':
      return [{ surface: 'summary', subject: incident, address: channel }, ...wholeSummary(event, thread)];
    case 'run_finished':
      return event.outcome === 'failed' ? [{ surface: 'run_failed', subject: event.run, address: channel }] : [];
    default:
      return [];
  }
}

/** The whole of it as Markdown in the thread, in as many messages as it takes; a summary of an older Rekey has no hash to find it by. */
function wholeSummary(
  { incident, hash, markdown }: Extract<LedgerEvent, { type: 'summary_posted' }>,
  address: Address,
): Announcement[] {
  if (hash === undefined) return [];
  return partsOf(markdown).map((_, index) => ({
    surface: 'summary_part',
    subject: partSubject(incident, hash, index + 1),
    address,
  }));
}

type AboutPeople = Extract<LedgerEvent, { type: 'ask_reminded' | 'ask_escalated' | 'ask_handed_over' }>;

function isAboutPeople(event: LedgerEvent): event is AboutPeople {
  return event.type === 'ask_reminded' || event.type === 'ask_escalated' || event.type === 'ask_handed_over';
}

/** A reminder is a message of its own: an edit of the one that is there would tell nobody. */
function aboutPeople(event: AboutPeople): Announcement[] {
  return event.type === 'ask_reminded'
    ? direct('ask_reminder', `${event.ask}.${event.nth}`, event.people)
    : direct('ask_dm', event.ask, event.people);
}

/**
 * A planned rotation is quiet: only whoever has to act is told, and the team only when it failed. What a person asked for in Slack has its one
 * message there, which is edited and tells nobody else.
 */
function outsideIncidents(event: LedgerEvent): Announcement[] {
  switch (event.type) {
    case 'run_started':
      return event.askedIn === undefined
        ? []
        : [{ surface: 'run', subject: event.run.id, address: addressOf(event.askedIn) }];
    case 'ask_opened':
      return direct('ask_dm', event.ask.id, event.ask.assigned);
    case 'step_recorded':
      // The run stands still until somebody says whether it happened.
      return event.record.state === 'in_doubt'
        ? [{ surface: 'doubt', subject: doubtOf(event.record), address: { kind: 'team_channel' } }]
        : [];
    case 'run_finished':
      return event.outcome === 'failed'
        ? [{ surface: 'run_failed', subject: event.run, address: { kind: 'team_channel' } }]
        : [];
    default:
      return [];
  }
}

function addressOf({ channel, thread }: AskedIn): Address {
  return channel === null ? { kind: 'team_channel' } : { kind: 'asked_in', channel, thread };
}

/** What changed in a runbook is shown to the team and its owner; that there is one at all is not. */
function runbookChange(event: Extract<LedgerEvent, { type: 'runbook_went_live' }>): Announcement[] {
  if (event.replaces === null) return [];
  const subject = `${event.runbook}@${event.replaces}@${event.hash}`;
  return [
    { surface: 'runbook_change', subject, address: { kind: 'team_channel' } },
    ...direct('runbook_change', subject, event.tell),
  ];
}

/** The key whose peers a step waits for: where they stand is one message, on which people say what they saw. */
function boardAwaited(event: LedgerEvent): string | null {
  if (event.type !== 'step_recorded' || event.record.state !== 'waiting') return null;
  const { waiting } = event.record;
  return waiting.kind === 'peers' ? waiting.id : null;
}

/** What one attempt left open. The next one has another, so that a second doubt is a message of its own and not only an edit. */
export function doubtOf({ token, attempts }: Pick<StepRecord, 'token' | 'attempts'>): string {
  return `${token}.${attempts}`;
}

function notice(subject: string, recipient: string, incident: IncidentId | null): Announcement[] {
  const [kind, name = ''] = recipient.split(/:(.*)/s);
  if (kind === 'person') return direct('notice', subject, [PersonIdSchema.parse(name)]);
  // Peers are outside of Rekey's reach: the team hears what to pass on, also where there is no incident.
  if (incident === null && kind === 'peer') return [{ surface: 'notice', subject, address: { kind: 'team_channel' } }];
  return incident === null
    ? []
    : [{ surface: 'notice', subject, address: { kind: 'incident_channel', incident, thread: false } }];
}
