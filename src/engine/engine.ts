import type { Approval, Cast } from '../domain/approval.ts';
import type { FileReference } from '../domain/ask-form.ts';
import type { ItemChange } from '../domain/ask-marks.ts';
import type { Channel } from '../domain/event.ts';
import type { Actor, IncidentId, KeyId, PersonId, RunId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import type { Situation } from '../domain/run.ts';

/** Where a request came from, and its id there: the same (source, id) never has two effects. */
export interface Origin {
  actor: Actor;
  channel: Channel;
  /** For instance `{ source: 'slack', id: <trigger id> }`. */
  dedupe: { source: string; id: string };
  /** For `token:<slug>`: the version of that key which the caller presented; its scopes are the caller's authority (engine/keys/authority). */
  token?: KeyId;
}

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
export type AnswerPress = Origin & Shown & { person: PersonId; yes: boolean; fields?: Readonly<Record<string, string>> };
export type MarkPress = Origin & Shown & { person: PersonId; items: readonly ItemChange[] };
export type HandOverPress = Origin & { person: PersonId; to: string; reason: string };

export interface Review {
  approval: Approval;
  /** What the reviewer is about to decide on, as of now; a decision made on another hash is stale. */
  reviewHash: string;
  /** What changed since the question was put, in words; empty when nothing did. */
  differences: string[];
}

/**
 * The verbs that Slack, hooks, CLI and HTTP call. Each checks the policy, writes dedupe, change, audit and outbox in one transaction and
 * returns when that is durable. What the person can act on comes as a Refusal, to be shown word for word.
 */
export interface Engine {
  /** `/rotate-key <slug> …`. situation null = derived from the key's state; Refusal `situation_needed` when that is not possible. */
  rotate: (request: RotateRequest) => Promise<Started>;
  /** A signed alert from outside. Refusal `unknown_key`, `alert_not_allowed`. */
  alert: (request: AlertRequest) => Promise<Started>;
  /** What an approver sees before deciding. Refusals: `unknown_approval`, `not_an_approver`, `own_request`, `already_decided`, `approval_expired`. */
  review: (token: string, person: PersonId) => Promise<Review>;
  /** One vote on what `reviewHash` showed. Refusal `stale_review` names the difference; others as castVote. */
  vote: (
    token: string,
    press: Origin & { person: PersonId; vote: 'approve' | 'deny'; reason: string; reviewHash: string },
  ) => Promise<Cast>;
  /** The question behind a token, if this person may answer it. */
  question: (token: string, person: PersonId) => Promise<Question>;
  /** A question or a form. Refusals: `already_answered`, `evidence_needed`, `form_refused` (FormRefused: by field), `secret_in_answer`. */
  answer: (token: string, press: AnswerPress) => Promise<Ask>;
  /** Items of a checklist. Refusals: `already_marked` names who said something else meanwhile; `reason_required`, `evidence_needed`. */
  mark: (token: string, press: MarkPress) => Promise<Ask>;
  /** Somebody else is asked from now on: a person or `group:<name>` of policy.yaml. */
  handOver: (token: string, press: HandOverPress) => Promise<Ask>;
  cancel: (run: RunId, request: Origin & { reason: string }) => Promise<void>;
  /** Answers "did it happen?" for a step that a crash left in doubt. */
  settle: (run: RunId, step: string, request: Origin & { happened: boolean; reason: string }) => Promise<void>;
}
