import { IncidentId } from '../../../domain/ids.ts';
import type { Incident } from '../../../domain/incident.ts';
import { IncidentRole } from '../../../domain/incident-work.ts';
import { nameOf } from '../../../domain/key.ts';
import type { Policy } from '../../../domain/policy.ts';
import { Refusal } from '../../../errors.ts';
import { displayNames } from '../../load/names.ts';
import type { Desk, Moment } from '../../moment.ts';
import {
  ROLES_FORM,
  RolesMetadata,
  rolesModal,
  SEVERITIES,
  SEVERITY_FORM,
  severityModal,
} from '../../views/incident-forms.ts';
import { beside } from '../beside.ts';
import type { SlackAction, SlackForm } from '../contract.ts';
import { openOrAskAgain } from '../open-or-ask-again.ts';
import { personChosen } from '../person-chosen.ts';
import { incidentPressed, part } from './press.ts';

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
    const key = incident.key === null ? null : await desk.ledger.key(incident.key);
    const holders = await holdersOf(incident, desk);
    const shown = Object.fromEntries(
      FIELDS.map((field) => [field, { holder: holders[field], account: accountOf(policy, holders[field]) }]),
    );
    await openOrAskAgain(rolesModal(incident, shown, key === null ? null : nameOf(key)), moment, 'Roles');
  },
};

const FIELDS = [...IncidentRole.options, 'owner'] as const;
type Field = (typeof FIELDS)[number];

async function holdersOf(incident: Incident, { ledger }: Desk): Promise<Record<Field, string | null>> {
  const key = incident.key === null ? null : await ledger.key(incident.key);
  const roles = await ledger.rolesOf(incident.id);
  const holder = (role: IncidentRole) => roles.find((one) => one.role === role)?.person ?? null;
  return {
    commander: holder('commander'),
    operator: holder('operator'),
    scribe: holder('scribe'),
    owner: key?.owner ?? null,
  };
}

function accountOf(policy: Policy, person: string | null): string | null {
  return person === null || !Object.hasOwn(policy.people, person) ? null : (policy.people[person]?.slack ?? null);
}

export const rolesForm: SlackForm = {
  form: ROLES_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const { incident: id, shown } = RolesMetadata.parse(JSON.parse(metadata));
    const incident = await desk.incidents.assertMay({ ...moment.origin, incident: id, verb: 'declare' });
    const changes: Change[] = [];
    const errors: Record<string, string> = {};
    const holders = await holdersOf(incident, desk);
    for (const field of FIELDS) {
      const account = values[field] ?? '';
      // Left as it was shown: nothing that this person wants.
      if (account === '' || account === shown[field]?.account) continue;
      const chosen = await personChosen(account, desk);
      if (chosen.kind === 'unknown') errors[field] = chosen.sentence;
      else if (holders[field] !== chosen.person && holders[field] !== (shown[field]?.holder ?? null))
        errors[field] = await meanwhile(holders[field], desk);
      else if (holders[field] !== chosen.person)
        changes.push({ incident, field, person: chosen.person, reason: values.reason ?? '' });
    }
    if (Object.keys(errors).length > 0) return { kind: 'errors', errors };
    for (const change of changes) {
      const answer = await beside({ reason_needed: 'reason', secret_in_text: 'reason', has_role: change.field }, () =>
        give(change, moment, desk),
      );
      if (answer.kind !== 'close') return answer;
    }
    return { kind: 'close' };
  },
};

async function meanwhile(holder: string | null, desk: Desk): Promise<string> {
  const now = holder === null ? 'nobody' : (await displayNames(desk))(holder);
  return `This was changed meanwhile, to ${now}. Open the form again.`;
}

interface Change {
  incident: Incident;
  field: Field;
  person: string;
  reason: string;
}

async function give({ incident, field, person, reason }: Change, { origin }: Moment, desk: Desk): Promise<void> {
  if (field !== 'owner')
    return desk.incidents.giveRole({ ...part(origin, field), incident: incident.id, role: field, person, reason });
  if (incident.key === null) return;
  if (reason.trim() === '')
    throw new Refusal('reason_needed', 'Say why the key gets another owner; it stands in its history.');
  await desk.keys.change({ ...part(origin, 'owner'), key: incident.key, reason, change: { owner: person } });
}
