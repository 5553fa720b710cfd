import { IncidentId } from '../../../domain/ids.ts';
import { NOTE_FORM, noteModal, STATUS_FORM, statusModal } from '../../views/incident-forms.ts';
import { beside } from '../beside.ts';
import type { SlackAction, SlackForm } from '../contract.ts';
import { openOrAskAgain } from '../open-or-ask-again.ts';
import { incidentPressed } from './press.ts';

export const statusButton: SlackAction = {
  action: 'incident_status',
  press: async (id, moment, desk) => {
    const incident = await incidentPressed(id, 'declare', { moment, desk });
    const draft = await desk.incidents.draftStatus(incident.id);
    await openOrAskAgain(statusModal(incident, draft), moment, 'Status');
  },
};

export const statusForm: SlackForm = {
  form: STATUS_FORM,
  submit: ({ metadata, values }, { origin }, desk) => {
    const { conditions = '', actions = '', needs = '' } = values;
    return beside({ nothing_said: 'conditions', too_long: 'conditions', secret_in_text: 'conditions' }, () =>
      desk.incidents.postStatus({ ...origin, incident: IncidentId.parse(metadata), conditions, actions, needs }),
    );
  },
};

export const noteButton: SlackAction = {
  action: 'incident_note',
  press: async (id, moment, desk) => {
    const incident = await desk.incidents.assertMay({
      ...moment.origin,
      incident: IncidentId.parse(id),
      verb: 'declare',
    });
    await openOrAskAgain(noteModal(incident), moment, 'Note');
  },
};

export const noteForm: SlackForm = {
  form: NOTE_FORM,
  submit: ({ metadata, values: { note = '', happened = '' } }, { origin }, desk) =>
    beside({ nothing_said: 'note', too_long: 'note', secret_in_text: 'note', bad_time: 'happened' }, async () => {
      const happenedAt = happened === '' ? desk.now() : new Date(Number(happened) * 1_000);
      await desk.incidents.note({ ...origin, incident: IncidentId.parse(metadata), words: note, happenedAt });
    }),
};
