import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { at, atMost, bold, bullets, type Line, line, plain } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';
import { type BlastRadius, radiusBlock } from './approval-card.ts';
import { type Deciding, decisionFields } from './review-fields.ts';

export interface PlanLine {
  id: string;
  uses: string;
  effect: 'reads' | 'writes' | 'destroys';
  undo: 'undo' | 'nothing' | 'point_of_no_return';
}

export interface ReviewModal extends Deciding {
  token: string;
  question: string;
  key: string | null;
  requestedBy: string;
  reason: string;
  expiresAt: Date;
  differences: readonly string[];
  /** True when a decision was just refused because it was made on an older review. */
  wasStale: boolean;
  plan: readonly PlanLine[];
  radius: BlastRadius;
}

/** What the submission brings back: which approval, and what was shown when it was decided. */
export const ReviewMetadata = z.object({ token: z.string(), reviewHash: z.string() });
export const REVIEW_FORM = 'review';

export function reviewModal(review: ReviewModal): ModalView {
  const blocks: KnownBlock[] = [
    ...changesOf(review),
    line(bold(cut(review.question, 400))),
    line(
      `${cut(review.key ?? 'No key', 320)}; asked for by ${cut(review.requestedBy, 100)}: ${cut(review.reason, 400)}`,
    ),
    line('Decide until ', at(review.expiresAt), '. After that nothing is executed.'),
    radiusBlock(review.radius),
    bullets([bold('What a yes lets run')], atMost(review.plan, 25, planLine)),
    ...decisionFields(review),
  ];
  return {
    type: 'modal',
    callback_id: REVIEW_FORM,
    private_metadata: JSON.stringify({ token: review.token, reviewHash: review.reviewHash } satisfies z.infer<
      typeof ReviewMetadata
    >),
    title: plain('Review', LIMITS.viewTitle),
    submit: plain('Decide', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks,
  };
}

function changesOf({ differences, wasStale }: ReviewModal): KnownBlock[] {
  if (differences.length === 0 && !wasStale) return [];
  const title = wasStale
    ? 'Your decision was NOT counted: what would run has changed. Review it again.'
    : 'Changed since the question was put:';
  return [
    bullets(
      [bold(title)],
      differences.slice(0, 10).map((change) => [cut(change, 300)]),
    ),
  ];
}

function planLine(step: PlanLine): Line {
  return [bold(cut(step.id, 64)), ` (${cut(step.uses, 40)}): ${EFFECTS[step.effect]}${UNDO[step.undo]}`];
}

const EFFECTS = { reads: 'changes nothing', writes: 'changes something', destroys: 'DESTROYS something' } as const;
const UNDO = { undo: ', can be taken back', nothing: '', point_of_no_return: ', POINT OF NO RETURN' } as const;
