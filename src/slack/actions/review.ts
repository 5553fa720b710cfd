import { Refusal } from '../../errors.ts';
import { loadReview } from '../load/approval-review.ts';
import type { Desk, FormAnswer, Moment } from '../moment.ts';
import { CODE_FIELD, decisionField } from '../views/review-fields.ts';
import { REVIEW_FORM, ReviewMetadata, reviewModal } from '../views/review-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { personChosen } from './person-chosen.ts';

/** Opens the plan for those who may decide; everybody else reads in the Refusal who may. */
export const reviewButton: SlackAction = {
  action: 'review',
  press: async (token, moment, desk) => {
    const inspection = await desk.engine.inspect(token, { ...moment.origin, person: moment.person });
    const opened = await moment.openModal(reviewModal(await loadReview(desk, inspection, { wasStale: false })));
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
    try {
      return await decide({ token, reviewHash, values }, moment, desk);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === 'stale_review') return reviewAgain(token, { moment, desk, sentence: error.message });
      const field = FIELDS[error.code];
      // A modal shows errors beside fields that it has; to a break-glass without a confirmation field they are said in words.
      if (field !== undefined && field in values) return { kind: 'errors', errors: { [field]: error.message } };
      if (field === CODE_FIELD) return { kind: 'errors', errors: { [CODE_FIELD]: error.message } };
      throw error;
    }
  },
};

const FIELDS: Readonly<Record<string, string>> = {
  reason_required: 'reason',
  confirmation_needed: 'confirm',
  not_before_out_of_range: 'not_before',
  code_needed: CODE_FIELD,
  code_wrong: CODE_FIELD,
  code_used: CODE_FIELD,
  code_locked: CODE_FIELD,
  code_malformed: CODE_FIELD,
  not_enrolled: CODE_FIELD,
};

const ABOUT_THE_OTHER: readonly string[] = [
  'own_request',
  'not_an_approver',
  'has_a_voice',
  'unknown_person',
  'not_enrolled',
];

interface Submitted {
  token: string;
  reviewHash: string;
  values: Record<string, string>;
}

async function decide({ token, reviewHash, values }: Submitted, moment: Moment, desk: Desk): Promise<FormAnswer> {
  const { person, origin, code } = moment;
  const { reason = '', confirm = '', to = '', not_before: notBefore = '' } = values;
  const brought = { ...origin, person, reason, reviewHash, confirm, ...(code !== null && { code }) };
  const decision = values[decisionField(reviewHash)];
  switch (decision) {
    case 'approve':
    case 'deny':
      await desk.engine.vote(token, {
        ...brought,
        vote: decision,
        notBefore: notBefore === '' ? null : new Date(Number(notBefore) * 1_000),
      });
      return { kind: 'close' };
    case 'delegate':
      return handOver({ token, to, reason }, moment, desk);
    case 'break_glass':
      await desk.engine.breakGlass(token, brought);
      return { kind: 'close' };
    default:
      return { kind: 'errors', errors: { [decisionField(reviewHash)]: 'Choose what you decide.' } };
  }
}

async function handOver(
  { token, to, reason }: { token: string; to: string; reason: string },
  { person, origin }: Moment,
  desk: Desk,
): Promise<FormAnswer> {
  if (to === '') return { kind: 'errors', errors: { to: 'Choose who decides in your place.' } };
  const chosen = await personChosen(to, desk);
  if (chosen.kind === 'unknown') return { kind: 'errors', errors: { to: chosen.sentence } };
  try {
    await desk.engine.delegate(token, { ...origin, person, to: chosen.person, reason });
    return { kind: 'close' };
  } catch (error) {
    // What is wrong with the one who was chosen is said beside the field; another one may do.
    if (!(error instanceof Refusal) || !ABOUT_THE_OTHER.includes(error.code)) throw error;
    return { kind: 'errors', errors: { to: error.message } };
  }
}

async function reviewAgain(
  token: string,
  { moment, desk, sentence }: { moment: Moment; desk: Desk; sentence: string },
): Promise<FormAnswer> {
  const inspection = await desk.engine.inspect(token, { ...moment.origin, person: moment.person });
  return { kind: 'show', view: reviewModal(await loadReview(desk, inspection, { wasStale: true })), say: sentence };
}
