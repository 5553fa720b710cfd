import { answerButton, answerForm } from './answer.ts';
import { cancelRun } from './cancel-run.ts';
import type { SlackAction, SlackForm, SlackMenu } from './contract.ts';
import { handOverButton, handOverForm } from './hand-over.ts';
import { pushBackButton, pushBackForm } from './push-back.ts';
import { reviewButton, reviewForm } from './review.ts';
import { reviewGlassButton, reviewGlassForm } from './review-glass.ts';
import { keyMenu, rotateForm } from './rotate-form.ts';
import { settleButton, settleForm } from './settle-step.ts';

export const actions: readonly SlackAction[] = [
  reviewButton,
  reviewGlassButton,
  answerButton,
  handOverButton,
  pushBackButton,
  cancelRun,
  settleButton,
];
export const forms: readonly SlackForm[] = [
  reviewForm,
  reviewGlassForm,
  answerForm,
  handOverForm,
  pushBackForm,
  rotateForm,
  settleForm,
];
export const menus: readonly SlackMenu[] = [keyMenu];
