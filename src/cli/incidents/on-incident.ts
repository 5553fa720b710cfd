import { IncidentId } from '../../domain/ids.ts';
import type { Incidents } from '../../engine/incidents/incidents.ts';
import type { OnIncident } from '../../engine/on-incident.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';

/** One verb on one incident, by the person whose account this is. */
export function onIncident(
  id: string,
  work: (incidents: Incidents, request: OnIncident, rekey: Rekey) => Promise<void>,
): Promise<void> {
  return withRekey((rekey) => work(rekey.incidents, { ...rekey.origin(), incident: IncidentId.parse(id) }, rekey));
}
