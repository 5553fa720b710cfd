import { IncidentId } from '../../../domain/ids.ts';
import type { Incident } from '../../../domain/incident.ts';
import { IncidentRole } from '../../../domain/incident-work.ts';
import { nameOf } from '../../../domain/key.ts';
import type { Policy } from '../../../domain/policy.ts';
import { Refusal } from '../../../errors.ts';
import type { Desk, Moment } from '../../moment.ts';
import { ROLES_FORM, rolesModal, SEVERITIES, SEVERITY_FORM, severityModal } from '../../views/incident-forms.ts';
import type { SlackAction, SlackForm } from '../contract.ts';
import { openOrAskAgain } from '../open-or-ask-again.ts';
import { personChosen } from '../person-chosen.ts';
import { beside, incidentPressed, part } from './press.ts';

export const severityButton: SlackAction = {
  action: 'incident_severity',
  press: async (id, moment, desk) => {
    const incident = await incidentPressed(id, 'declare', { moment, desk });
    await openOrAskAgain(severityModal(incident), moment, 'Severity');
  },
};

export const severityForm: SlackForm = {
  form: SEVERITY_FORM,
  submit: ({ metadata, values: { severity: chosen, reason = '' } }, { origin }, desk) => {
    const severity = SEVERITIES.find(({ value }) => value === chosen)?.value;
    if (severity === undefined)
      return Promise.resolve({ kind: 'errors', errors: { severity: 'Choose how grave it is.' } });
    return beside({ reason_needed: 'reason', secret_in_text: 'reason', same_severity: 'severity' }, () =>
      desk.incidents.setSeverity({ ...origin, incident: IncidentId.parse(metadata), severity, reason }),
    );
  },
};

export const rolesButton: SlackAction = {
  action: 'incident_roles',
  press: async (id, moment, desk) => {
    const incident = await incidentPressed(id, 'declare', { moment, desk });
    const { policy } = await desk.policy();
    const roles = await desk.ledger.rolesOf(incident.id);
    const held = roles.flatMap(({ role, person }) => {
      const account = accountOf(policy, person);
      return account === null ? [] : [[role, account] as const];
    });
    const key = incident.key === null ? null : await desk.ledger.key(incident.key);
    const owner = key === null ? null : { name: nameOf(key), owner: accountOf(policy, key.owner) };
    await openOrAskAgain(rolesModal(incident, Object.fromEntries(held), owner), moment, 'Roles');
  },
};

function accountOf(policy: Policy, person: string | null): string | null {
  return person === null || !Object.hasOwn(policy.people, person) ? null : (policy.people[person]?.slack ?? null);
}

export const rolesForm: SlackForm = {
  form: ROLES_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const incident = await desk.incidents.assertMay({
      ...moment.origin,
      incident: IncidentId.parse(metadata),
      verb: 'declare',
    });
    for (const role of [...IncidentRole.options, 'owner'] as const) {
      const chosen = values[role] === undefined || values[role] === '' ? null : await personChosen(values[role], desk);
      if (chosen === null) continue;
      if (chosen.kind === 'unknown') return { kind: 'errors', errors: { [role]: chosen.sentence } };
      const change = { incident, person: chosen.person, reason: values.reason ?? '' };
      const answer = await beside({ reason_needed: 'reason', secret_in_text: 'reason', has_role: role }, () =>
        role === 'owner' ? giveKey(change, moment, desk) : giveRole({ ...change, role }, moment, desk),
      );
      if (answer.kind !== 'close') return answer;
    }
    return { kind: 'close' };
  },
};

interface Change {
  incident: Incident;
  person: string;
  reason: string;
}

/** Only what is another now; who had it before stays in the field. */
async function giveRole(of: Change & { role: IncidentRole }, { origin }: Moment, desk: Desk): Promise<void> {
  const { incident, role, person, reason } = of;
  const held = (await desk.ledger.rolesOf(incident.id)).find((one) => one.role === role);
  if (held?.person === person) return;
  await desk.incidents.giveRole({ ...part(origin, role), incident: incident.id, role, person, reason });
}

async function giveKey({ incident, person, reason }: Change, { origin }: Moment, desk: Desk): Promise<void> {
  const key = incident.key === null ? null : await desk.ledger.key(incident.key);
  if (key === null || key.owner === person) return;
  if (reason.trim() === '')
    throw new Refusal('reason_needed', 'Say why the key gets another owner; it stands in its history.');
  await desk.keys.change({ ...part(origin, 'owner'), key: key.id, reason, change: { owner: person } });
}
