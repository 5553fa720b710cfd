import type { IncidentId, PersonId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { StatusDraft } from '../../domain/incident-status.ts';
import type { IncidentNote, IncidentRole } from '../../domain/incident-work.ts';
import type { Verb } from '../../domain/policy.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import type { OnIncident } from '../on-incident.ts';
import type { LeakFound } from './leaked.ts';

type Reasoned = OnIncident & { reason: string };

export interface DeclareRequest extends Origin {
  title: string;
  /** null: SEV2 for a key in production, SEV3 otherwise. */
  severity: Incident['severity'] | null;
  /** A name, id, public id or fingerprint; null: about none. */
  key: string | null;
  /** What happened, in the words of whoever says so; it is the first note of the timeline. */
  what: string;
  happenedAt: Date;
  /** The message that it was declared from. */
  from: { channel: string; ts: string; saidBy: PersonId | null } | null;
}

/** `joined`: one is open for that key already, and what was said is on its timeline; it is at least as grave now as was said. */
export type Declared =
  | { kind: 'opened'; incident: IncidentId }
  | { kind: 'joined'; incident: IncidentId; severity: Incident['severity']; wasRaised: boolean };

export interface NoteRequest extends OnIncident {
  words: string;
  happenedAt: Date;
}

/** A message that somebody put on the timeline, or took from it. */
export interface PinRequest extends OnIncident {
  by: PersonId;
  words: string;
  saidBy: PersonId | null;
  source: { channel: string; ts: string };
  happenedAt: Date;
}

/** `by`: the person, or the Slack account that policy.yaml does not know. */
export interface RewordRequest extends Origin {
  source: PinRequest['source'];
  words: string;
  by: string;
  trusted: boolean;
}

export interface Closing {
  closed: boolean;
  /** What is still in the way. */
  openPoints: string[];
}

/**
 * The verbs on incidents, for Slack and the terminal alike. Each checks the policy (`declare`; `close` for closing and waiving), writes
 * change, audit and dedupe in one transaction, and returns when that is durable. What people can act on comes as a Refusal:
 * `unknown_incident`, `incident_closed`, `not_allowed`, `reason_needed`, `secret_in_text`, and those named below.
 */
export interface Incidents {
  /** Refusals: `unknown_key`, `bad_time`. */
  declare: (request: DeclareRequest) => Promise<Declared>;
  /** Taken, given or handed over: whoever had it before loses it. Refusals: `unknown_person`, `has_role`. */
  giveRole: (request: Reasoned & { role: IncidentRole; person: string }) => Promise<void>;
  /** Refusal `same_severity`. */
  setSeverity: (request: Reasoned & { severity: Incident['severity'] }) => Promise<void>;
  /** At least one of the three says something: refusal `nothing_said`. */
  postStatus: (request: OnIncident & Partial<StatusDraft>) => Promise<void>;
  /** What a status would say from what is on record now. */
  draftStatus: (incident: IncidentId) => Promise<StatusDraft>;
  /** Refusal `bad_time`. */
  note: (request: NoteRequest) => Promise<IncidentNote>;
  /** Null when it was there already. */
  pin: (request: PinRequest) => Promise<IncidentNote | null>;
  /** Null when this person had not put it there. What was on it when the incident closed stays: refusal `incident_closed`. */
  unpin: (request: OnIncident & Pick<PinRequest, 'by' | 'source'>) => Promise<IncidentNote | null>;
  /**
   * The message was changed where it stands; the notes of it that changed, on whichever timelines. Words that hold a key, that come from
   * somebody whom Rekey does not listen to (`trusted`) or too late for a closed incident are not taken over, and the note says so.
   */
  reword: (request: RewordRequest) => Promise<IncidentNote[]>;
  /** What the gate still asks for; empty when the incident may close. */
  gate: (incident: IncidentId) => Promise<string[]>;
  /** Closes it when the gate is met, and says what is missing otherwise. */
  close: (request: OnIncident) => Promise<Closing>;
  /** `point`: its sentence, or its code. Refusal `no_such_point`. */
  waive: (request: Reasoned & { point: string }) => Promise<string>;
  /** Refusal `incident_open`. */
  reopen: (request: Reasoned) => Promise<void>;
  /** Whether this person may, asked before a form is shown. */
  assertMay: (request: OnIncident & { verb: Extract<Verb, 'declare' | 'close' | 'read'> }) => Promise<Incident>;
  /** The keys whose material somebody has in hand, by its digest; nothing of it is kept, but that they asked is. */
  compareLeak: (request: Origin & { material: readonly Secret[] }) => Promise<LeakFound>;
  /** What Slack made of the wish for a channel. Each is recorded once; what is recorded already is left alone. */
  roomMade: (incident: IncidentId, room: { name: string; channel: string }) => Promise<void>;
  roomRefused: (incident: IncidentId, why: string) => Promise<void>;
  roomLost: (incident: IncidentId, why: string) => Promise<void>;
}
