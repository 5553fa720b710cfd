import { PersonId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { assertNoSecretIn, assertReason } from '../keys/record-on-key.ts';
import type { IncidentsDeps } from './deps.ts';
import type { Incidents } from './incidents.ts';
import { recordOnIncident } from './record-on-incident.ts';
import { severityChanged } from './severity.ts';

type Asked<Verb extends keyof Incidents> = Parameters<Incidents[Verb]>[0];

export async function giveRole(deps: IncidentsDeps, request: Asked<'giveRole'>): Promise<void> {
  const { role, reason } = request;
  assertNoSecretIn({ reason });
  await recordOnIncident(deps, request, {
    verb: 'declare',
    doing: `make somebody ${role} of`,
    repeated: undefined,
    decide: async ({ incident, read, policy }) => {
      if (!Object.hasOwn(policy.people, request.person))
        throw new Refusal('unknown_person', 'Name somebody whom policy.yaml knows under `people`.');
      const person = PersonId.parse(request.person);
      const held = (await read.rolesOf(incident.id)).find((one) => one.role === role);
      if (held?.person === person) throw new Refusal('has_role', `${person} is ${role} already.`);
      const number = (await read.roleCount(incident.id)) + 1;
      const before = held?.person ?? null;
      const given = {
        type: 'incident_role_given',
        incident: incident.id,
        role,
        person,
        number,
        before,
        reason,
      } as const;
      return { events: [given], result: undefined };
    },
  });
}

export async function setSeverity(deps: IncidentsDeps, request: Asked<'setSeverity'>): Promise<void> {
  const { severity: to, reason } = request;
  assertReason(reason);
  await recordOnIncident(deps, request, {
    verb: 'declare',
    doing: 'change the severity of',
    repeated: undefined,
    decide: async ({ incident, key, read, policy }) => {
      const { id, severity: from } = incident;
      if (from === to) throw new Refusal('same_severity', `${id} is ${to} already.`);
      const slug = key?.slug ?? null;
      return { events: await severityChanged(read, incident, { to, reason, policy, slug }), result: undefined };
    },
  });
}

const LONGEST_PART = 1_000;

export async function postStatus(deps: IncidentsDeps, request: Asked<'postStatus'>): Promise<void> {
  const said = {
    conditions: partOf(request.conditions),
    actions: partOf(request.actions),
    needs: partOf(request.needs),
  };
  assertNoSecretIn({ status: said });
  if (Object.values(said).every((part) => part === null))
    throw new Refusal('nothing_said', 'Say at least one of conditions, actions and needs.');
  await recordOnIncident(deps, request, {
    verb: 'declare',
    doing: 'post a status of',
    repeated: undefined,
    decide: async ({ incident, read, now }) => {
      const number = ((await read.statusesOf(incident.id)).at(-1)?.number ?? 0) + 1;
      const status = { incident: incident.id, number, ...said, by: request.actor, at: now };
      const report = { severity: null, title: null, ...said, note: null };
      return {
        events: [
          { type: 'situation_reported', incident: incident.id, report },
          { type: 'incident_status_posted', status },
        ],
        result: undefined,
      };
    },
  });
}

function partOf(text: string | undefined): string | null {
  const part = text?.trim() ?? '';
  if (part.length > LONGEST_PART)
    throw new Refusal('too_long', `Each part has at most ${LONGEST_PART} characters; one has ${part.length}.`);
  return part === '' ? null : part;
}
