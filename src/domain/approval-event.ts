import type { GlassBreak, GlassReview } from './approval/break-glass.ts';
import type { Approval, ApprovalOutcome, Delegation, Vote } from './approval.ts';
import type { ApprovalId, PersonId } from './ids.ts';

export type ApprovalEvent =
  | { type: 'approval_requested'; approval: Approval }
  /** A "not before" led into a freeze: its approvers are asked besides. */
  | { type: 'approval_asked'; approval: ApprovalId; people: PersonId[] }
  | { type: 'vote_cast'; approval: ApprovalId; vote: Vote }
  | { type: 'approval_decided'; approval: ApprovalId; outcome: ApprovalOutcome }
  /** `number`: how many rungs of the rule's ladder have been taken with this one. */
  | { type: 'approval_reminded'; approval: ApprovalId; number: number; people: PersonId[] }
  | { type: 'approval_escalated'; approval: ApprovalId; number: number; people: PersonId[] }
  | { type: 'approval_delegated'; approval: ApprovalId; delegation: Delegation }
  | { type: 'glass_broken'; use: GlassBreak }
  | { type: 'glass_reviewed'; approval: ApprovalId; review: GlassReview };
