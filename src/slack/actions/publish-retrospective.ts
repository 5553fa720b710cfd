import { IncidentId } from '../../domain/ids.ts';
import { incidentOrRefuse } from '../../engine/on-incident.ts';
import { Refusal } from '../../errors.ts';
import { PUBLISH_FORM, publishModal } from '../views/follow-up-modals.ts';
import { beside } from './beside.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

export const publishButton: SlackAction = {
  action: 'publish_retrospective',
  press: async (id, moment, desk) => {
    const incident = await incidentOrRefuse(desk.ledger, IncidentId.parse(id));
    const published = (await desk.ledger.retrospective(incident.id))?.published ?? null;
    if (published !== null) throw new Refusal('already_published', `${published.by} published it already.`);
    await openOrAskAgain(publishModal(incident), moment, 'Publish');
  },
};

export const publishForm: SlackForm = {
  form: PUBLISH_FORM,
  submit: async ({ metadata, values }, { origin, person }, desk) =>
    beside({ words_needed: 'words', secret_in_text: 'words' }, () =>
      desk.followUps.publish({ ...origin, person, incident: IncidentId.parse(metadata), words: values.words ?? '' }),
    ),
};
