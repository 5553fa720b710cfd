import { nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import { commands } from '../commands/index.ts';
import { keyNamed } from '../commands/key-named.ts';
import { EMPTY_FORM, openRotateForm } from '../commands/rotate-key/rotate.ts';
import { loadKey } from '../load/key.ts';
import type { Desk, Moment } from '../moment.ts';
import { type Doing, HOME_DO } from '../views/home/doing.ts';
import { REVIEW_DEBT } from '../views/home/health.ts';
import { KEY_DETAILS, PLAN_KEY } from '../views/home/keys.ts';
import { RUN_DETAILS } from '../views/home/under-way.ts';
import { PUT_WEEK_AWAY } from '../views/home/week.ts';
import { keyCard } from '../views/key-card.ts';
import { messageInModal } from '../views/say.ts';
import type { SlackAction } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';
import { reviewGlassButton } from './review-glass.ts';
import { detailsButton } from './run-details.ts';
import { setUpCodeButton } from './set-up-code.ts';

type Press = SlackAction['press'];

/** What each button begins is what the command begins: the same forms, the same answers. */
const BEGINS: Record<Doing, Press> = {
  rotate: (_value, moment, desk) => openRotateForm(EMPTY_FORM, moment, desk),
  leak: (_value, moment, desk) => openRotateForm({ ...EMPTY_FORM, occasion: 'exploited' }, moment, desk),
  incident: (_value, moment, desk) => typed('/incident', 'open', { moment, desk }),
  runbooks: (_value, moment, desk) => typed('/runbook', 'list', { moment, desk }),
  code: setUpCodeButton.press,
};

async function typed(command: string, words: string, { moment, desk }: { moment: Moment; desk: Desk }): Promise<void> {
  const found = commands.find((one) => one.command === command);
  if (found === undefined) throw new Refusal('unknown_command', `This Rekey does not know ${command}.`);
  await found.run(words, moment, desk);
}

const planKey: SlackAction = {
  action: PLAN_KEY,
  press: async (id, moment, desk) => {
    const key = await keyNamed(id, 'rotate', { moment, desk });
    const isOver = key.expiresAt !== null && key.expiresAt <= desk.now();
    await openRotateForm({ ...EMPTY_FORM, key, occasion: isOver ? 'expired' : 'planned' }, moment, desk);
  },
};

const keyDetails: SlackAction = {
  action: KEY_DETAILS,
  press: async (id, moment, desk) => {
    const key = await keyNamed(id, 'read', { moment, desk });
    const card = keyCard(await loadKey(desk, key));
    await openOrAskAgain(messageInModal(nameOf(key), card), moment, 'Details');
  },
};

const putWeekAway: SlackAction = {
  action: PUT_WEEK_AWAY,
  press: (_value, moment, desk) => desk.checklist.dismiss(moment.origin),
};

const MOST_NUMBERED = 8;

/** Buttons beside each other in one block differ by a number behind their name. */
function numbered(name: string, press: Press): SlackAction[] {
  return Array.from({ length: MOST_NUMBERED }, (_, index) => ({ action: `${name}_${index}`, press }));
}

export const homeActions: readonly SlackAction[] = [
  ...Object.entries(BEGINS).map(([doing, press]) => ({ action: `${HOME_DO}_${doing}`, press })),
  planKey,
  keyDetails,
  putWeekAway,
  ...numbered(RUN_DETAILS, detailsButton.press),
  ...numbered(REVIEW_DEBT, reviewGlassButton.press),
];
