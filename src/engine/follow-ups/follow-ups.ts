import type { FollowUp } from '../../domain/follow-up.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Review } from '../../domain/review.ts';
import type { DrawnSummary } from '../../steps/draw-summary.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import type { OnIncident } from '../on-incident.ts';
import { add } from './add.ts';
import { done, drop, handOver, move } from './change.ts';
import { postSummary } from './post-summary.ts';
import { publish } from './publish.ts';
import { tick } from './tick-review.ts';

/** What the verbs on follow-ups stand on. */
export type FollowUpsDeps = Pick<EngineDeps, 'ledger' | 'policy' | 'now' | 'newId' | 'log'>;

export type OnFollowUp = Origin & { followUp: string; person: PersonId };

/**
 * What comes after an incident, for Slack and the command line. Each verb checks the policy, writes change, audit and dedupe in one
 * transaction, and returns when that is durable; what people can act on comes as a Refusal. Reminders are the schedule's.
 */
export interface FollowUps {
  /** For who may `declare`. `owner`: a person or `group:<name>` of policy.yaml. Refusals: `unknown_incident`, `unknown_person`, `bad_date`. */
  add: (request: OnIncident & { what: string; owner: string; dueAt: Date }) => Promise<FollowUp>;
  /** For its owner, who wrote it down, and who may `close`; as the next three. Refusals: `unknown_follow_up`, `follow_up_over`. */
  done: (request: OnFollowUp & { note: string }) => Promise<FollowUp>;
  handOver: (request: OnFollowUp & { to: string; reason: string }) => Promise<FollowUp>;
  move: (request: OnFollowUp & { dueAt: Date; reason: string }) => Promise<FollowUp>;
  drop: (request: OnFollowUp & { reason: string }) => Promise<FollowUp>;
  /** The retrospective, as text or a link; for who is asked for it and who may `declare`. Refusal `already_published`. */
  publish: (request: OnIncident & { person: PersonId; words: string }) => Promise<void>;
  /** Posts the summary of an incident that no run sums up; for who may `close`. Posted again, it is one more version. */
  postSummary: (request: OnIncident) => Promise<DrawnSummary>;
  /** Points of a review that somebody has looked at; the last one ends it. Refusals: `unknown_review`, `already_ticked`, `not_a_reviewer`. */
  tick: (
    request: Origin & { review: string; person: PersonId; items: readonly string[]; note: string },
  ) => Promise<Review>;
}

export function openFollowUps(deps: FollowUpsDeps): FollowUps {
  return {
    add: (request) => add(deps, request),
    done: (request) => done(deps, request),
    handOver: (request) => handOver(deps, request),
    move: (request) => move(deps, request),
    drop: (request) => drop(deps, request),
    publish: (request) => publish(deps, request),
    postSummary: (request) => postSummary(deps, request),
    tick: (request) => tick(deps, request),
  };
}
