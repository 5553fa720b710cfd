import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { leftText } from '../../domain/approval/countdown.ts';
import { at, atMost, bold, bullets, code, type Line, line, plain } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';
import { type BlastRadius, radiusBlock } from './blast-radius.ts';
import { letterBlocks, type OutsideNotice } from './outside-notice.ts';
import { type Deciding, decisionFields } from './review-fields.ts';

export interface PlanLine {
  id: string;
  uses: string;
  effect: 'reads' | 'writes' | 'destroys';
  undo: 'undo' | 'nothing' | 'point_of_no_return';
  /** What it calls, and whom it asks or tells; empty where that is not known yet. */
  calls: readonly string[];
  people: readonly string[];
  /** Whether it runs at all is seen only then. */
  depends: boolean;
  /** Why it would fail as things stand. */
  problems: readonly string[];
}

export interface ReviewModal extends Deciding {
  token: string;
  question: string;
  key: string | null;
  requestedBy: string;
  reason: string;
  expiresAt: Date;
  now: Date;
  differences: readonly string[];
  /** What is behind the differences, line by line. */
  changes: readonly { what: string; lines: readonly string[] }[];
  /** True when a decision was just refused because it was made on an older review. */
  wasStale: boolean;
  plan: readonly PlanLine[];
  radius: BlastRadius;
  /** What a yes lets leave the company, word for word; null for every other approval. */
  leaves?: Pick<OutsideNotice, 'letter' | 'recipients' | 'hash'> | null;
}

/** What the submission brings back: which approval, and what was shown when it was decided. */
export const ReviewMetadata = z.object({ token: z.string(), reviewHash: z.string() });
export const REVIEW_FORM = 'review';

const MOST_STEPS = 25;

export function reviewModal(review: ReviewModal): ModalView {
  const { plan, radius, expiresAt, now } = review;
  const blocks: KnownBlock[] = [
    ...changesOf(review),
    line(bold(cut(review.question, 400))),
    line(
      `${cut(review.key ?? 'No key', 320)}; asked for by ${cut(review.requestedBy, 100)}: ${cut(review.reason, 400)}`,
    ),
    line('Decide until ', at(expiresAt), `, ${leftText(expiresAt, now)}. After that nothing is executed.`),
    ...(review.leaves == null ? [] : letterBlocks(review.leaves)),
    radiusBlock(radius),
    ...planBlocks(plan),
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

function changesOf({ differences, changes, wasStale }: ReviewModal): KnownBlock[] {
  if (differences.length === 0 && !wasStale) return [];
  const title = wasStale
    ? 'Your decision was NOT counted: what would run has changed. Review it again.'
    : 'Changed since the question was put:';
  return [
    bullets(
      [bold(title)],
      differences.slice(0, 10).map((change) => [cut(change, 300)]),
    ),
    ...changes.slice(0, 3).map(({ what, lines }) =>
      bullets(
        [bold(cut(what, 300))],
        lines.slice(0, 13).map((one) => [/^[+-]/.test(one) ? code(cut(one, 200)) : cut(one, 200)]),
      ),
    ),
  ];
}

/** What is decided about comes first and in full; whom it asks, and what only looks, is a matter of a few words. */
function planBlocks(plan: readonly PlanLine[]): KnownBlock[] {
  const changing = plan.filter((step) => step.effect !== 'reads' || step.problems.length > 0);
  const asking = plan.filter((step) => !changing.includes(step) && step.people.length > 0);
  const looking = plan.filter((step) => !changing.includes(step) && !asking.includes(step));
  const changes = changing.length === 0 ? [['nothing']] : atMost(changing, MOST_STEPS, changeLine);
  return [
    bullets([bold('What a yes lets run')], changes),
    ...(asking.length === 0 ? [] : [bullets([bold('Whom it asks')], atMost(asking, MOST_STEPS, askLine))]),
    ...(looking.length === 0 ? [] : [line('Besides it looks and checks: ', cut(namesOf(looking), 600), '.')]),
  ];
}

function changeLine(step: PlanLine): Line {
  const does = [...step.calls, ...step.people].join('; ');
  return [
    bold(cut(step.id, 64)),
    ifNeeded(step),
    ` ${EFFECTS[step.effect]}${UNDO[step.undo]}`,
    does === '' ? ` (${cut(step.uses, 40)})` : `: ${cut(does, 160)}`,
    ...(step.problems.length === 0 ? [] : [bold(' Would fail: '), cut(step.problems.join(' '), 160)]),
  ];
}

function askLine(step: PlanLine): Line {
  return [bold(cut(step.id, 64)), `${ifNeeded(step)} ${cut(step.people.join('; '), 90)}`];
}

function ifNeeded({ depends }: PlanLine): string {
  return depends ? ' (if it comes to that)' : '';
}

function namesOf(steps: readonly PlanLine[]): string {
  return steps.map(({ id }) => cut(id, 64)).join(', ');
}

const EFFECTS = { reads: 'changes nothing', writes: 'changes something', destroys: 'DESTROYS something' } as const;
const UNDO = { undo: ', can be taken back', nothing: '', point_of_no_return: ', POINT OF NO RETURN' } as const;
