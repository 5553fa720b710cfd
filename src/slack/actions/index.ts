import { answerButton, answerForm } from './answer.ts';
import { grantsButton, grantsForm } from './approve-grants.ts';
import type { SlackAction, SlackForm, SlackMenu } from './contract.ts';
import { cancelButton, pauseButton, rerunButton, resumeButton, retryButton, skipButton } from './control-run.ts';
import { digestClaimButton, digestLetGoButton } from './digest-claim.ts';
import { digestPlanButton, digestReplaceButton } from './digest-plan.ts';
import { digestSnoozeMenu } from './digest-snooze.ts';
import { digestUnusedButton, digestUnusedForm, unusedNoButton, unusedYesButton } from './digest-unused.ts';
import {
  addFollowUpButton,
  addFollowUpForm,
  dropFollowUpForm,
  followUpDoneButton,
  followUpDropButton,
  followUpHandOverButton,
  followUpMoveButton,
  handOverFollowUpForm,
  moveFollowUpForm,
} from './follow-up.ts';
import { fullSummaryBack, fullSummaryButton } from './full-summary.ts';
import { handOverButton, handOverForm } from './hand-over.ts';
import { homeActions } from './home.ts';
import { importForm } from './import-form.ts';
import { closeButton, closeForm, reopenButton, reopenForm, waiveForm } from './incident/close.ts';
import { declareForm, leakedForm } from './incident/declare.ts';
import { rolesButton, rolesForm, severityButton, severityForm } from './incident/lead.ts';
import { noteButton, noteForm, statusButton, statusForm } from './incident/status.ts';
import { historyButton, nextKeys, ownerButton, ownerForm, rotateButton } from './key-card.ts';
import { incidentKeyMenu, keyMenu, runKeyMenu } from './key-menu.ts';
import { notifyForm, otherContactButton, readNoticeButton, showNoticeButton } from './outside-notice.ts';
import { markPeerButton, markPeerForm, waivePeerButton, waivePeerForm } from './peers.ts';
import { publishButton, publishForm } from './publish-retrospective.ts';
import { pushBackButton, pushBackForm } from './push-back.ts';
import { reviewButton, reviewForm } from './review.ts';
import { reviewGlassButton, reviewGlassForm } from './review-glass.ts';
import { keyChosen, occasionChosen, rotateForm } from './rotate-form.ts';
import { detailsBack, detailsButton, detailsNext } from './run-details.ts';
import { cancelRunForm, rerunForm, skipStepForm } from './run-forms.ts';
import { pickForm, planButton, runButton, runForm } from './runbook.ts';
import { askForLinkButton, setUpCodeButton, setUpCodeForm } from './set-up-code.ts';
import { settleButton, settleForm } from './settle-step.ts';
import {
  settleDeliveryButton,
  settleDeliveryForm,
  withdrawNoticeButton,
  withdrawNoticeForm,
} from './stop-or-settle.ts';
import { takeOverButton, takeOverForm } from './take-over.ts';
import { tickReviewButton, tickReviewForm } from './tick-review.ts';

export const actions: readonly SlackAction[] = [
  statusButton,
  rolesButton,
  noteButton,
  severityButton,
  closeButton,
  reopenButton,
  reviewButton,
  reviewGlassButton,
  setUpCodeButton,
  askForLinkButton,
  ...homeActions,
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
  planButton,
  runButton,
  grantsButton,
  settleButton,
  rotateButton,
  historyButton,
  ownerButton,
  nextKeys,
  keyChosen,
  occasionChosen,
  digestClaimButton,
  digestLetGoButton,
  digestSnoozeMenu,
  digestPlanButton,
  digestReplaceButton,
  digestUnusedButton,
  unusedYesButton,
  unusedNoButton,
  markPeerButton,
  waivePeerButton,
  fullSummaryButton,
  fullSummaryBack,
  addFollowUpButton,
  followUpDoneButton,
  followUpHandOverButton,
  followUpMoveButton,
  followUpDropButton,
  publishButton,
  tickReviewButton,
  readNoticeButton,
  settleDeliveryButton,
  withdrawNoticeButton,
  otherContactButton,
  showNoticeButton,
];
export const forms: readonly SlackForm[] = [
  declareForm,
  leakedForm,
  statusForm,
  rolesForm,
  noteForm,
  severityForm,
  closeForm,
  waiveForm,
  reopenForm,
  reviewForm,
  reviewGlassForm,
  setUpCodeForm,
  answerForm,
  handOverForm,
  pushBackForm,
  rotateForm,
  ownerForm,
  importForm,
  settleForm,
  digestUnusedForm,
  markPeerForm,
  waivePeerForm,
  cancelRunForm,
  skipStepForm,
  rerunForm,
  takeOverForm,
  pickForm,
  runForm,
  grantsForm,
  addFollowUpForm,
  handOverFollowUpForm,
  moveFollowUpForm,
  dropFollowUpForm,
  publishForm,
  tickReviewForm,
  settleDeliveryForm,
  withdrawNoticeForm,
  notifyForm,
];
export const menus: readonly SlackMenu[] = [keyMenu, incidentKeyMenu, runKeyMenu];
