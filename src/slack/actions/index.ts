import { answerButton, answerForm } from './answer.ts';
import type { SlackAction, SlackForm, SlackMenu } from './contract.ts';
import { cancelButton, pauseButton, rerunButton, resumeButton, retryButton, skipButton } from './control-run.ts';
import { handOverButton, handOverForm } from './hand-over.ts';
import { markPeerButton, markPeerForm, waivePeerButton, waivePeerForm } from './peers.ts';
import { pushBackButton, pushBackForm } from './push-back.ts';
import { reviewButton, reviewForm } from './review.ts';
import { reviewGlassButton, reviewGlassForm } from './review-glass.ts';
import { keyMenu, rotateForm } from './rotate-form.ts';
import { detailsBack, detailsButton, detailsNext } from './run-details.ts';
import { cancelRunForm, rerunForm, skipStepForm } from './run-forms.ts';
import { settleButton, settleForm } from './settle-step.ts';
import { takeOverButton, takeOverForm } from './take-over.ts';

export const actions: readonly SlackAction[] = [
  reviewButton,
  reviewGlassButton,
  answerButton,
  handOverButton,
  pushBackButton,
  detailsButton,
  detailsBack,
  detailsNext,
  pauseButton,
  resumeButton,
  retryButton,
  skipButton,
  rerunButton,
  cancelButton,
  takeOverButton,
  settleButton,
  markPeerButton,
  waivePeerButton,
];
export const forms: readonly SlackForm[] = [
  reviewForm,
  reviewGlassForm,
  answerForm,
  handOverForm,
  pushBackForm,
  rotateForm,
  settleForm,
  markPeerForm,
  waivePeerForm,
  cancelRunForm,
  skipStepForm,
  rerunForm,
  takeOverForm,
];
export const menus: readonly SlackMenu[] = [keyMenu];
