import type { FileReference } from '../domain/ask-form.ts';
import type { ItemChange } from '../domain/ask-marks.ts';
import type { Doubt } from '../domain/doubt.ts';
import type { Channel } from '../domain/event.ts';
import type { Actor, IncidentId, KeyId, PersonId, RunId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import type { Verb } from '../domain/policy.ts';
import type { Run, Situation } from '../domain/run.ts';
import type { ScheduledRun } from '../domain/scheduled-run.ts';
import type { ApprovalVerbs } from './approvals/verbs.ts';

/** Where a request came from, and its id there: the same (source, id) never has two effects. */
export interface Origin {
  actor: Actor;
  channel: Channel;
  /** For instance `{ source: 'slack', id: <trigger id> }`. */
  dedupe: { source: string; id: string };
  /** For `token:<slug>`: the version of that key which the caller presented; its scopes are the caller's authority (engine/keys/authority). */
  token?: KeyId;
}

/** What a person wants of a run, and why. */
export type Because = Origin & { reason: string };

export interface RotateRequest extends Origin {
  slug: string;
  situation: Situation | null;
  reason: string;
}

export interface AlertRequest extends Origin {
  alert: string;
  /** A slug, an id, a public id or a fingerprint (12 hex digits): whatever the sender knows of the key. */
  key: string;
  count: number;
  windowMinutes: number;
  firstSeenAt: Date;
  details: Record<string, string | number | boolean>;
}

export type Started =
  | { kind: 'started'; run: RunId; incident: IncidentId }
  /** A run for this key is already open; the alert or request was added to it. */
  | { kind: 'joined'; run: RunId; incident: IncidentId; startedBy: Actor; startedAt: Date }
  /** The same request came before: nothing new happened. */
  | { kind: 'repeated'; run: RunId | null; incident: IncidentId | null };

/** What a no to a question does: the run ends, it goes on without the step, or the question stays open. */
export type NoLeadsTo = 'ends' | 'goes_on' | 'waits';
export type Question = Ask & { no: NoLeadsTo };

interface Shown {
  evidence: string;
  file?: FileReference;
}
/** `yes` is looked at for a question only, `fields` (text by field) for a form only. */
export type AnswerPress = Origin &
  Shown & { person: PersonId; yes: boolean; fields?: Readonly<Record<string, string>> };
export type MarkPress = Origin & Shown & { person: PersonId; items: readonly ItemChange[] };
export type PushBackPress = Origin & { person: PersonId; to: string; reason: string };
export type HandOverPress = Origin & { person: PersonId; to: string; reason: string };

/**
 * The verbs that Slack, hooks, CLI and HTTP call. Each checks the policy, writes dedupe, change, audit and outbox in one transaction and
 * returns when that is durable. What the person can act on comes as a Refusal, to be shown word for word.
 */
export interface Engine extends ApprovalVerbs {
  /** `/rotate-key <slug> …`. situation null = derived from the key's state; Refusal `situation_needed` when that is not possible. */
  rotate: (request: RotateRequest) => Promise<Started>;
  /** A signed alert from outside. Refusal `unknown_key`, `alert_not_allowed`. */
  alert: (request: AlertRequest) => Promise<Started>;
  /** The question behind a token, if this person may answer it. */
  question: (token: string, person: PersonId) => Promise<Question>;
  /** A question or a form. Refusals: `already_answered`, `evidence_needed`, `form_refused` (FormRefused: by field), `secret_in_answer`. */
  answer: (token: string, press: AnswerPress) => Promise<Ask>;
  /** Items of a checklist. Refusals: `already_marked` names who said something else meanwhile; `reason_required`, `evidence_needed`. */
  mark: (token: string, press: MarkPress) => Promise<Ask>;
  /** Somebody else is asked from now on: a person or `group:<name>` of policy.yaml. */
  handOver: (token: string, press: HandOverPress) => Promise<Ask>;
  /** Back to an earlier step that the runbook names under `push_back_to`; everything from there on is begun again. */
  pushBack: (token: string, press: PushBackPress) => Promise<Ask>;
  /** At every moment before the last steps: what can be taken back is taken back. Refusal `run_ending` where it changes nothing any more. */
  /** Takes a run off the calendar before it begins. Refusals: `unknown_scheduled_run`, `scheduled_run_over`. */
  cancelScheduled: (scheduled: string, request: Origin & { reason: string }) => Promise<ScheduledRun>;
  cancel: (run: RunId, request: Because) => Promise<void>;
  /** The run, if this person may do this with it; a refusal is on record. Changes nothing. */
  mayOn: (run: RunId, request: Origin & { verb: Verb }) => Promise<Run>;
  /**
   * Nothing new begins, in this run and in the ones it started; what is under way ends. The clocks run on: what falls due is looked at when
   * it is resumed, but an approval expires on time. A paused run can be cancelled.
   */
  pause: (run: RunId, request: Because) => Promise<void>;
  resume: (run: RunId, request: Because) => Promise<void>;
  /** Leaves out a step that waits, has failed, is in doubt or has not begun. Refusals `never_skipped`, `step_needed`, `step_under_way`. */
  skip: (run: RunId, step: string, request: Because) => Promise<void>;
  /** Begins what failed again, under a new token; a run that had ended with it is opened again. Refusal `taken_back` names where to re-run from. */
  retry: (run: RunId, step: string | null, request: Because) => Promise<void>;
  /** Takes back what it can of this step and everything after it, and does it again. Refusal `point_of_no_return` where that cannot be. */
  rerun: (run: RunId, from: string, request: Because) => Promise<void>;
  /** What is known of a step in doubt, and what each answer leads to. Refusal `not_in_doubt`. */
  doubt: (run: RunId, step: string, of: { person: PersonId; doubt?: string }) => Promise<Doubt>;
  /**
   * Answers "did it happen?" for a step that a crash left in doubt; `doubt`: which one (`doubtOf`), when it is known. The same answer again is
   * fine, another one is refused (`already_settled`).
   */
  settle: (run: RunId, step: string, request: Because & { happened: boolean; doubt?: string }) => Promise<void>;
}
