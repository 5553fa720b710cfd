import { DeliveryId, DispatchId } from '../../domain/dispatch.ts';
import { IncidentId } from '../../domain/ids.ts';
import { assertMay } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { loadOutsideNotice } from '../load/outside-notice.ts';
import type { Desk, Moment } from '../moment.ts';
import { NOTIFY_FORM, notifyModal } from '../views/notify-modal.ts';
import {
  isStuck,
  letterModal,
  type OutsideNotice,
  SETTLE_DELIVERY_FORM,
  settleDeliveryModal,
} from '../views/outside-notice.ts';
import { say } from '../views/say.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** Every word and every address, for whoever may read the key. */
export const readNoticeButton: SlackAction = {
  action: 'read_notice',
  press: async (id, moment, desk) => {
    await openOrAskAgain(letterModal(await noticeFor('read', id, { moment, desk })), moment, 'Read it');
  },
};

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
    await desk.deliveries.settle({ ...moment.origin, delivery: DeliveryId.parse(delivery), arrived, reason });
    await moment.show(say(arrived ? 'Recorded: they have it.' : 'It is sent again.'));
    return { kind: 'close' };
  },
};

/** Another contact is another recipient, so it is written and approved anew. */
export const otherContactButton: SlackAction = {
  action: 'other_contact',
  press: async (id, moment, desk) => {
    await noticeFor('notify', id, { moment, desk });
    const dispatch = await desk.ledger.dispatch(DispatchId.parse(id));
    const incident = dispatch?.incident ?? null;
    if (dispatch === null || incident === null)
      throw new Refusal(
        'no_incident',
        'This notice belongs to no incident. Type: rekey notices send KEY --to contact:…',
      );
    const data = dispatch.facts.dataIntegrity;
    const known = { incident, to: 'contact:', data, template: dispatch.template, reason: '' };
    await openOrAskAgain(notifyModal(known), moment, 'Other contact');
  },
};

export const notifyForm: SlackForm = {
  form: NOTIFY_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const { to = '', data: dataIntegrity = '', template = '', reason = '' } = values;
    const told = { to, dataIntegrity, template: template.trim() === '' ? null : template.trim(), reason };
    try {
      await desk.deliveries.tell({ ...moment.origin, incident: IncidentId.parse(metadata), ...told });
    } catch (error) {
      const field = error instanceof Refusal ? FIELDS.get(error.code) : undefined;
      if (!(error instanceof Refusal) || field === undefined) throw error;
      return { kind: 'errors', errors: { [field]: error.message } };
    }
    await moment.show(say('The notice is being written; nothing leaves before somebody else has approved it.'));
    return { kind: 'close' };
  },
};

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['bad_recipients', 'to'],
  ['secret_in_text', 'data'],
  ['reason_needed', 'reason'],
  ['unknown_template', 'template'],
  ['bad_template', 'template'],
  ['unreviewed_template', 'template'],
]);

async function noticeFor(
  verb: 'read' | 'notify',
  id: string,
  { moment, desk }: { moment: Moment; desk: Desk },
): Promise<OutsideNotice> {
  const dispatch = await desk.ledger.dispatch(DispatchId.parse(id));
  const notice = await loadOutsideNotice(desk, id);
  if (dispatch === null || notice === null)
    throw new Refusal('unknown_button', 'This button belongs to nothing that Rekey knows. Look at the newest message.');
  const key = await desk.ledger.key(dispatch.key);
  const subject = { owner: key?.owner ?? null, escalation: key?.escalation ?? null };
  assertMay((await desk.policy()).policy, verb, { actor: moment.origin.actor, subject });
  return notice;
}
