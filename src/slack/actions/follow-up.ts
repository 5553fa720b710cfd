import type { ModalView } from '@slack/types';
import type { FollowUp } from '../../domain/follow-up.ts';
import { IncidentId } from '../../domain/ids.ts';
import { assertMay } from '../../domain/policy.ts';
import { endOfWorkingDay } from '../../domain/working-time.ts';
import { assertMayChange, followUpOrRefuse } from '../../engine/follow-ups/change.ts';
import { subjectOfIncident } from '../../engine/follow-ups/record.ts';
import { incidentOrRefuse } from '../../engine/on-incident.ts';
import {
  ADD_FOLLOW_UP_FORM,
  addFollowUpModal,
  DROP_FOLLOW_UP_FORM,
  dropFollowUpModal,
  HAND_OVER_FOLLOW_UP_FORM,
  handOverFollowUpModal,
  MOVE_FOLLOW_UP_FORM,
  moveFollowUpModal,
} from '../views/follow-up-modals.ts';
import { beside } from './beside.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';
import { personChosen } from './person-chosen.ts';

export const followUpDoneButton: SlackAction = {
  action: 'follow_up_done',
  press: async (followUp, { origin, person }, desk) => {
    await desk.followUps.done({ ...origin, followUp, person, note: '' });
  },
};

export const followUpHandOverButton = opens('follow_up_hand_over', 'Hand over…', handOverFollowUpModal);
export const followUpMoveButton = opens('follow_up_move', 'Move date', moveFollowUpModal);
export const followUpDropButton = opens('follow_up_drop', 'Drop', dropFollowUpModal);

/** Who may not change it is told so before they fill anything in. */
function opens(action: string, label: string, modal: (followUp: FollowUp) => ModalView): SlackAction {
  return {
    action,
    press: async (id, moment, desk) => {
      const followUp = await followUpOrRefuse(desk.ledger, id);
      const { policy } = await desk.policy();
      await assertMayChange(followUp, { read: desk.ledger, policy }, moment);
      await openOrAskAgain(modal(followUp), moment, label);
    },
  };
}

export const addFollowUpButton: SlackAction = {
  action: 'add_follow_up',
  press: async (id, moment, desk) => {
    const incident = await incidentOrRefuse(desk.ledger, IncidentId.parse(id));
    const subject = await subjectOfIncident(desk.ledger, incident);
    assertMay((await desk.policy()).policy, 'declare', { actor: moment.origin.actor, subject });
    await openOrAskAgain(addFollowUpModal(incident), moment, 'Add follow-up…');
  },
};

export const addFollowUpForm: SlackForm = {
  form: ADD_FOLLOW_UP_FORM,
  submit: async ({ metadata, values }, { origin }, desk) => {
    const chosen = await personChosen(values.owner ?? '', desk);
    if (chosen.kind === 'unknown') return { kind: 'errors', errors: { owner: chosen.sentence } };
    const { what = '', due = '' } = values;
    const { policy } = await desk.policy();
    return beside({ bad_date: 'due', words_needed: 'what', secret_in_text: 'what' }, async () => {
      const dueAt = endOfWorkingDay(due, policy.team.time_zone);
      await desk.followUps.add({ ...origin, incident: IncidentId.parse(metadata), what, owner: chosen.person, dueAt });
    });
  },
};

export const handOverFollowUpForm: SlackForm = {
  form: HAND_OVER_FOLLOW_UP_FORM,
  submit: async ({ metadata: followUp, values }, { origin, person }, desk) => {
    const chosen = await personChosen(values.to ?? '', desk);
    if (chosen.kind === 'unknown') return { kind: 'errors', errors: { to: chosen.sentence } };
    const { reason = '' } = values;
    return beside({ secret_in_text: 'reason' }, () =>
      desk.followUps.handOver({ ...origin, followUp, person, to: chosen.person, reason }),
    );
  },
};

export const moveFollowUpForm: SlackForm = {
  form: MOVE_FOLLOW_UP_FORM,
  submit: async ({ metadata: followUp, values }, { origin, person }, desk) => {
    const { due = '', reason = '' } = values;
    const { policy } = await desk.policy();
    return beside({ bad_date: 'due', reason_needed: 'reason', secret_in_text: 'reason' }, () =>
      desk.followUps.move({ ...origin, followUp, person, dueAt: endOfWorkingDay(due, policy.team.time_zone), reason }),
    );
  },
};

export const dropFollowUpForm: SlackForm = {
  form: DROP_FOLLOW_UP_FORM,
  submit: async ({ metadata: followUp, values }, { origin, person }, desk) =>
    beside({ reason_needed: 'reason', secret_in_text: 'reason' }, () =>
      desk.followUps.drop({ ...origin, followUp, person, reason: values.reason ?? '' }),
    ),
};
