import { DispatchId } from '../../domain/dispatch.ts';
import { IncidentId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { loadNoticePreview } from '../load/notice-preview.ts';
import type { Desk, FormAnswer, Moment } from '../moment.ts';
import {
  NOTICE_FIELDS,
  NOTIFY_FORM,
  type NoticeForm,
  NotifyMetadata,
  notifyModal,
  SHOW_NOTICE,
} from '../views/notify-modal.ts';
import { letterModal } from '../views/outside-notice.ts';
import { say } from '../views/say.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { noticeFor } from './notice-for.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** Every word and every address, for whoever may read the key. */
export const readNoticeButton: SlackAction = {
  action: 'read_notice',
  press: async (id, moment, desk) => {
    await openOrAskAgain(letterModal(await noticeFor('read', id, { moment, desk })), moment, 'Read it');
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
    const { template, facts } = dispatch;
    const known = { to: 'contact:', data: facts.dataIntegrity, template, reason: '' };
    await openOrAskAgain(notifyModal({ ...known, incident, preview: null }), moment, 'Other contact');
  },
};

type Values = Readonly<Record<string, string>>;

/** What would leave for what stands in the form now. */
export const showNoticeButton: SlackAction = {
  action: SHOW_NOTICE,
  press: async (_token, moment, desk) => {
    const { filled } = moment;
    if (filled === null) return;
    const form = formOf(filled);
    const preview = await loadNoticePreview(desk, form, { incident: form.incident, actor: moment.origin.actor });
    await moment.updateModal(notifyModal({ ...form, preview }));
  },
};

/** Only a text that whoever asks has seen is asked for: what differs from what was shown is shown first. */
export const notifyForm: SlackForm = {
  form: NOTIFY_FORM,
  submit: async (sent, moment, desk) => {
    const form = formOf(sent);
    const preview = await loadNoticePreview(desk, form, { incident: form.incident, actor: moment.origin.actor });
    if (preview?.kind === 'refused') return refusedAt(preview.code, preview.sentence);
    const { seen } = NotifyMetadata.parse(JSON.parse(sent.metadata));
    if (preview === null || preview.seen !== seen)
      return { kind: 'show', view: notifyModal({ ...form, preview, hint: READ_FIRST }), say: READ_FIRST };
    return ask(form, moment, desk);
  },
};

const READ_FIRST = 'Nothing was asked yet. Read below what would leave, then press Ask for approval once more.';

async function ask(form: Form, moment: Moment, desk: Desk): Promise<FormAnswer> {
  const { incident, to, data: dataIntegrity, template, reason } = form;
  try {
    const told = { to, dataIntegrity, template: template === '' ? null : template, reason };
    await desk.deliveries.tell({ ...moment.origin, incident, ...told });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refusedAt(error.code, error.message);
  }
  await moment.show(say('The notice is being written; nothing leaves before somebody else has approved it.'));
  return { kind: 'close' };
}

type Form = NoticeForm & { incident: IncidentId };

function formOf({ metadata, values }: { metadata: string; values: Values }): Form {
  const { to = '', data = '', template = '', reason = '' } = values;
  const incident = IncidentId.parse(NotifyMetadata.parse(JSON.parse(metadata)).incident);
  return { incident, to, data, template: template.trim(), reason };
}

/** What can be mended in the form is said beside its field. */
function refusedAt(code: string, sentence: string): FormAnswer {
  const field = NOTICE_FIELDS.get(code);
  if (field === undefined) throw new Refusal(code, sentence);
  return { kind: 'errors', errors: { [field]: sentence } };
}
