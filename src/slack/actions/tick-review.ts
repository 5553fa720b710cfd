import { openItems, reviewTitle } from '../../domain/review.ts';
import { assertReviewer, reviewOrRefuse } from '../../engine/follow-ups/tick-review.ts';
import { Refusal } from '../../errors.ts';
import { TICK_REVIEW_FORM, TICKS_BLOCK, tickReviewModal } from '../views/review.ts';
import { beside } from './beside.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

export const tickReviewButton: SlackAction = {
  action: 'tick_review',
  press: async (id, moment, desk) => {
    const review = await reviewOrRefuse(desk.ledger, id);
    assertReviewer((await desk.policy()).policy, moment.person);
    const open = openItems(review);
    if (open.length === 0) throw new Refusal('review_over', 'Every point of this review was looked at.');
    await openOrAskAgain(tickReviewModal({ id, title: reviewTitle(review), open }), moment, 'Tick');
  },
};

export const tickReviewForm: SlackForm = {
  form: TICK_REVIEW_FORM,
  submit: async ({ metadata: review, values }, { origin, person }, desk) => {
    const items = Object.entries(values)
      .filter(([block]) => block.startsWith(TICKS_BLOCK))
      .flatMap(([, ticked]) => ticked.split(','))
      .filter((item) => item !== '');
    return beside({ nothing_ticked: `${TICKS_BLOCK}0`, reason_needed: 'note', secret_in_text: 'note' }, () =>
      desk.followUps.tick({ ...origin, review, person, items, note: values.note ?? '' }),
    );
  },
};
