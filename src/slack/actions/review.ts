import { Refusal } from '../../errors.ts';
import { loadReview } from '../load/approval.ts';
import type { Desk, FormAnswer, Moment } from '../moment.ts';
import { decisionField, REVIEW_FORM, ReviewMetadata, reviewModal } from '../views/review-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';

/** Opens the plan for those who may decide; everybody else reads in the Refusal who may. */
export const reviewButton: SlackAction = {
  action: 'review',
  press: async (token, moment, desk) => {
    const review = await desk.engine.review(token, moment.person);
    const opened = await moment.openModal(reviewModal(await loadReview(desk, review, { wasStale: false })));
    if (!opened)
      throw new Refusal(
        'press_again',
        'Your press came in while Rekey was busy, and nothing was decided. Press Review again.',
      );
  },
};

/** The decision, on exactly what was shown. What has changed since is shown, and has to be decided again. */
export const reviewForm: SlackForm = {
  form: REVIEW_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const { token, reviewHash } = ReviewMetadata.parse(JSON.parse(metadata));
    const decision = values[decisionField(reviewHash)];
    if (decision !== 'approve' && decision !== 'deny')
      return { kind: 'errors', errors: { [decisionField(reviewHash)]: 'Choose approve or reject.' } };
    try {
      const reason = values.reason ?? '';
      await desk.engine.vote(token, { ...moment.origin, person: moment.person, vote: decision, reason, reviewHash });
      return { kind: 'close' };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 'stale_review') return reviewAgain(token, { moment, desk, sentence: error.message });
      if (error.code === 'reason_required') return { kind: 'errors', errors: { reason: error.message } };
      throw error;
    }
  },
};

async function reviewAgain(
  token: string,
  { moment, desk, sentence }: { moment: Moment; desk: Desk; sentence: string },
): Promise<FormAnswer> {
  const review = await desk.engine.review(token, moment.person);
  return { kind: 'show', view: reviewModal(await loadReview(desk, review, { wasStale: true })), say: sentence };
}
