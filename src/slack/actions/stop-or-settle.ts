import { DeliveryId, DispatchId } from '../../domain/dispatch.ts';
import { Refusal } from '../../errors.ts';
import {
  isStuck,
  SETTLE_DELIVERY_FORM,
  settleDeliveryModal,
  WITHDRAW_NOTICE,
  WITHDRAW_NOTICE_FORM,
  withdrawNoticeModal,
} from '../views/outside-notice.ts';
import { say } from '../views/say.ts';
import { beside } from './beside.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { noticeFor } from './notice-for.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

const REASON = { reason_needed: 'reason', secret_in_text: 'reason' } as const;

export const settleDeliveryButton: SlackAction = {
  action: 'settle_delivery',
  press: async (id, moment, desk) => {
    const notice = await noticeFor('notify', id, { moment, desk });
    if (!notice.deliveries.some(isStuck))
      throw new Refusal('nothing_stuck', 'Every notice of this has arrived or is on its way; there is nothing to do.');
    await openOrAskAgain(settleDeliveryModal(notice), moment, 'Retry or settle');
  },
};

export const settleDeliveryForm: SlackForm = {
  form: SETTLE_DELIVERY_FORM,
  submit: async ({ values }, moment, desk) => {
    const { delivery = '', what = '', reason = '' } = values;
    if (delivery === '') return { kind: 'errors', errors: { delivery: 'Choose one.' } };
    if (what !== 'again' && what !== 'arrived')
      return { kind: 'errors', errors: { what: 'Choose what is to be done.' } };
    const arrived = what === 'arrived';
    const wanted = { delivery: DeliveryId.parse(delivery), arrived, reason };
    const fields = { ...REASON, delivery_under_way: 'delivery', delivery_there: 'delivery' };
    const answer = await beside(fields, () => desk.deliveries.settle({ ...moment.origin, ...wanted }));
    if (answer.kind === 'close') await moment.show(say(arrived ? 'Recorded: they have it.' : 'It is sent again.'));
    return answer;
  },
};

/** Approved, and wrong after all: what has not left yet never does. */
export const withdrawNoticeButton: SlackAction = {
  action: WITHDRAW_NOTICE,
  press: async (id, moment, desk) => {
    const notice = await noticeFor('notify', id, { moment, desk });
    await openOrAskAgain(withdrawNoticeModal(notice), moment, 'Withdraw');
  },
};

export const withdrawNoticeForm: SlackForm = {
  form: WITHDRAW_NOTICE_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const { reason = '' } = values;
    let stopped = 0;
    const answer = await beside(REASON, async () => {
      stopped = await desk.deliveries.withdraw({ ...moment.origin, dispatch: DispatchId.parse(metadata), reason });
    });
    if (answer.kind === 'close') await moment.show(say(`Withdrawn before it left: ${stopped}.`));
    return answer;
  },
};
