import type { GlassBreak, GlassReview } from '../../domain/approval/break-glass.ts';
import type { Approval, Cast } from '../../domain/approval.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import type { Inspection } from './inspect.ts';

/** What a person brings to a decision besides the decision. `code` is checked and forgotten. */
export interface Brought {
  person: PersonId;
  reason: string;
  /** What `review` showed; a decision made on another hash is stale. */
  reviewHash: string;
  /** What was typed as a confirmation. */
  confirm?: string;
  code?: Secret;
}

export type VotePress = Origin & Brought & { vote: 'approve' | 'deny'; notBefore?: Date | null };
export type GlassPress = Origin & Brought;

export interface Review {
  approval: Approval;
  /** What the reviewer is about to decide on, as of now. */
  reviewHash: string;
  /** What changed since the question was put, in words; empty when nothing did. */
  differences: string[];
  /** What this person may do with it. */
  may: { vote: boolean; delegate: boolean; breakGlass: boolean };
}

export interface ApprovalVerbs {
  /** What an approver sees before deciding. Refusals: `unknown_approval`, `not_an_approver`, `own_request`, `already_decided`, `approval_expired`. */
  review: (token: string, person: PersonId) => Promise<Review>;
  /** The same, with what would run and what has changed, for a form. Who is turned away stands in the audit. */
  inspect: (token: string, press: Origin & { person: PersonId }) => Promise<Inspection>;
  /**
   * One vote on what `reviewHash` showed. Refusal `stale_review` names the difference; `confirmation_needed`, `code_needed`, `reason_required`
   * and `not_before_out_of_range` say what to bring; others as castVote. Nothing is counted with a Refusal.
   */
  vote: (token: string, press: VotePress) => Promise<Cast>;
  /** An approver's voice in this one approval goes to somebody else. */
  delegate: (token: string, press: Origin & { person: PersonId; to: PersonId; reason: string }) => Promise<void>;
  /** One person decides alone, now. Refusal `review_overdue` while an earlier one was not reviewed in time. */
  breakGlass: (token: string, press: GlassPress) => Promise<GlassBreak>;
  reviewBreakGlass: (
    approval: string,
    press: Origin & { person: PersonId; verdict: GlassReview['verdict']; comment: string },
  ) => Promise<GlassBreak>;
}
