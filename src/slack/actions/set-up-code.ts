import { Refusal } from '../../errors.ts';
import { displayNames } from '../load/names.ts';
import { loadSetUpCode } from '../load/set-up-code.ts';
import type { Desk, Moment } from '../moment.ts';
import { CODE_FIELD, SET_UP_CODE } from '../views/review-fields.ts';
import { say, sayInModal } from '../views/say.ts';
import { ASK_FOR_LINK, SET_UP_FORM, setUpCodeModal } from '../views/set-up-code-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** From Home it opens; in a review it takes the place of what cannot be decided yet. */
export const setUpCodeButton: SlackAction = {
  action: SET_UP_CODE,
  press: async (_value, moment, desk) => {
    const view = setUpCodeModal(await loadSetUpCode(desk, moment));
    if (await moment.updateModal(view)) return;
    await openOrAskAgain(view, moment, 'Set up my codes');
  },
};

/** Tells those who can make a link; the answer takes the place of the form. */
export const askForLinkButton: SlackAction = {
  action: ASK_FOR_LINK,
  press: async (_value, moment, desk) => {
    const words = await askedWords(moment, desk);
    if (await moment.updateModal(sayInModal('Your codes', words))) return;
    await moment.show(say(words));
  },
};

async function askedWords({ origin }: Moment, desk: Desk): Promise<string> {
  try {
    const { asked } = await desk.secondFactors.askForLink(origin);
    const name = await displayNames(desk);
    return `${asked.map(name).join(' and ')} ${asked.length === 1 ? 'was' : 'were'} asked to make a link for you. They will want to hear from you that it is you, and hand it over outside of Slack. It is good for an hour; then press Set up my codes again.`;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/** The first code. What is wrong with it is said beside the field. */
export const setUpCodeForm: SlackForm = {
  form: SET_UP_FORM,
  submit: async (_sent, { origin, code }, desk) => {
    if (code === null)
      return { kind: 'errors', errors: { [CODE_FIELD]: 'Type the six digits that the app shows now.' } };
    try {
      await desk.secondFactors.confirmUnseen({ ...origin, code });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const words = error.code === 'nothing_begun' ? NOT_BEGUN : error.message;
      return { kind: 'errors', errors: { [CODE_FIELD]: words } };
    }
    return { kind: 'show', view: sayInModal('Your codes', DONE), say: DONE };
  },
};

const NOT_BEGUN =
  'No app of yours waits for its first code, or it waited longer than 15 minutes. Open the page with the link that you were given, scan what it shows, and come back.';
const DONE =
  'Your app works; its codes count from now on. For recovery codes, give the next code on the page that you scanned: they are shown there and never in Slack.';
