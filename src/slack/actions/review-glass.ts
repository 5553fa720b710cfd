import { ApprovalId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { REVIEW_GLASS_FORM, reviewGlassModal } from '../views/review-glass-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

export const reviewGlassButton: SlackAction = {
  action: 'review_glass',
  press: async (id, moment, desk) => {
    const use = await desk.ledger.glassBreak(ApprovalId.parse(id));
    if (use === null)
      throw new Refusal('unknown_break_glass', 'This button does not belong to a break-glass that Rekey knows.');
    if (use.review !== null) throw new Refusal('already_reviewed', `${use.review.by} has reviewed this already.`);
    if (!use.reviewers.includes(moment.person))
      throw new Refusal('not_a_reviewer', `You do not review this. Who does: ${use.reviewers.join(', ') || 'nobody'}.`);
    await openOrAskAgain(reviewGlassModal(use), moment, 'Review it');
  },
};

export const reviewGlassForm: SlackForm = {
  form: REVIEW_GLASS_FORM,
  submit: async ({ metadata: id, values }, moment, desk) => {
    const { verdict, comment = '' } = values;
    if (verdict !== 'justified' && verdict !== 'not_justified')
      return { kind: 'errors', errors: { verdict: 'Choose whether it was justified.' } };
    try {
      await desk.engine.reviewBreakGlass(id, { ...moment.origin, person: moment.person, verdict, comment });
      return { kind: 'close' };
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'comment_required') throw error;
      return { kind: 'errors', errors: { comment: error.message } };
    }
  },
};
