import { personOf } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Key } from '../../domain/key.ts';
import { type Policy, peopleNamed, type Verb } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { incidentOrRefuse, type OnIncident, recordOnce } from '../on-incident.ts';
import { auditRefusal } from '../refusals.ts';
import type { IncidentsDeps } from './deps.ts';

/** What a verb decides on: everything as it is inside the recording transaction. */
export interface Standing {
  incident: Incident;
  key: Key | null;
  read: LedgerReader;
  policy: Policy;
  now: Date;
}

interface Asked<T> {
  verb: Verb;
  /** For the audit line of a refusal: `close`. */
  doing: string;
  /** A closed incident changes only by being opened again, and by what people still add to its timeline. */
  closedToo?: true;
  /** `result` is what the same request gets when it comes a second time, too. */
  decide: (standing: Standing) => Promise<Recording<T>>;
  repeated: T;
}

/** One verb on one incident: authority, decision, change, audit and dedupe in one transaction. */
export async function recordOnIncident<T>(deps: IncidentsDeps, request: OnIncident, asked: Asked<T>): Promise<T> {
  const { verb, doing, decide } = asked;
  return auditRefusal(deps, { origin: request, what: `${doing} ${request.incident}` }, async () => {
    const { policy } = await deps.policy();
    return recordOnce(deps, request, {
      work: async ({ read }) => {
        const incident = await incidentOrRefuse(read, request.incident);
        const key = incident.key === null ? null : await read.key(incident.key);
        assertMayOnIncident(policy, verb, { origin: request, key });
        if (incident.closedAt !== null && asked.closedToo !== true) throw closed(incident);
        return decide({ incident, key, read, policy, now: deps.now() });
      },
      repeated: async () => asked.repeated,
    });
  });
}

/** Deny by default: as assertMay, in words about an incident. */
export function assertMayOnIncident(
  policy: Policy,
  verb: Verb,
  { origin, key }: { origin: Pick<Origin, 'actor'>; key: Pick<Key, 'owner' | 'escalation'> | null },
): void {
  const allowed = peopleNamed(policy, policy.may[verb] ?? [], key ?? { owner: null, escalation: null });
  const person = personOf(origin.actor);
  if (person !== null && allowed.has(person)) return;
  const names = [...allowed].sort().join(', ') || `nobody yet: add people under \`may: ${verb}\` in policy.yaml`;
  throw new Refusal('not_allowed', `${person ?? origin.actor} may not ${DOING[verb] ?? verb}. Who may: ${names}.`);
}

const DOING: Partial<Record<Verb, string>> = {
  declare: 'declare or change incidents',
  close: 'close this incident or waive a point of it',
  read: 'read this incident',
};

function closed({ id, closedAt }: Incident): Refusal {
  return new Refusal(
    'incident_closed',
    `${id} was closed at ${closedAt?.toISOString()}. Open it again first: /incident reopen ${id} because "…"`,
  );
}
