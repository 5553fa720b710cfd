import { pointMeant } from '../../../domain/gate-point.ts';
import { IncidentId } from '../../../domain/ids.ts';
import { Refusal } from '../../../errors.ts';
import {
  CLOSE_FORM,
  closeModal,
  REOPEN_FORM,
  reopenModal,
  WAIVE_FORM,
  WaiveMetadata,
} from '../../views/incident-forms.ts';
import { say } from '../../views/say.ts';
import { beside } from '../beside.ts';
import type { SlackAction, SlackForm } from '../contract.ts';
import { openOrAskAgain } from '../open-or-ask-again.ts';
import { incidentPressed } from './press.ts';

export const closeButton: SlackAction = {
  action: 'incident_close',
  press: async (id, moment, desk) => {
    const incident = await incidentPressed(id, 'close', { moment, desk });
    await openOrAskAgain(closeModal(incident, await desk.incidents.gate(incident.id)), moment, 'Close');
  },
};

export const closeForm: SlackForm = {
  form: CLOSE_FORM,
  submit: async ({ metadata }, moment, desk) => {
    const incident = await incidentPressed(metadata, 'close', { moment, desk });
    const { openPoints } = await desk.incidents.close({ ...moment.origin, incident: incident.id });
    if (openPoints.length === 0) return { kind: 'close' };
    // Something came up while the form was open.
    return { kind: 'show', view: closeModal(incident, openPoints), say: openPoints.join(' ') };
  },
};

export const waiveForm: SlackForm = {
  form: WAIVE_FORM,
  submit: async ({ metadata, values: { point: chosen = '', reason = '' } }, moment, desk) => {
    const { incident: id, points } = WaiveMetadata.parse(JSON.parse(metadata));
    const incident = await incidentPressed(id, 'close', { moment, desk });
    const code = points[Number(chosen)];
    if (code === undefined || chosen === '') return { kind: 'errors', errors: { point: 'Choose one.' } };
    const point = pointMeant(await desk.incidents.gate(incident.id), code);
    if (point === null) return { kind: 'errors', errors: { point: 'That one is settled by now.' } };
    const answer = await beside({ reason_needed: 'reason', secret_in_text: 'reason' }, async () => {
      await desk.incidents.waive({ ...moment.origin, incident: incident.id, point, reason });
    });
    if (answer.kind !== 'close') return answer;
    const left = await desk.incidents.gate(incident.id);
    if (left.length === 0) await moment.show(say(`${incident.id} is closed.`));
    return { kind: 'close' };
  },
};

export const reopenButton: SlackAction = {
  action: 'incident_reopen',
  press: async (id, moment, desk) => {
    const asked = { ...moment.origin, incident: IncidentId.parse(id), verb: 'close' } as const;
    const incident = await desk.incidents.assertMay(asked);
    if (incident.closedAt === null) throw new Refusal('incident_open', `${incident.id} is open.`);
    await openOrAskAgain(reopenModal(incident), moment, 'Open again');
  },
};

export const reopenForm: SlackForm = {
  form: REOPEN_FORM,
  submit: ({ metadata, values: { reason = '' } }, { origin }, desk) =>
    beside({ reason_needed: 'reason', secret_in_text: 'reason' }, () =>
      desk.incidents.reopen({ ...origin, incident: IncidentId.parse(metadata), reason }),
    ),
};
