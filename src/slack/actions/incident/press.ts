import { IncidentId } from '../../../domain/ids.ts';
import type { Incident } from '../../../domain/incident.ts';
import { Refusal } from '../../../errors.ts';
import type { Desk, Moment } from '../../moment.ts';

/** Asked before a form is shown, so that nobody fills one in only to be refused. */
export async function incidentPressed(
  id: string,
  verb: 'declare' | 'close',
  { moment, desk }: { moment: Moment; desk: Desk },
): Promise<Incident> {
  const incident = await desk.incidents.assertMay({ ...moment.origin, incident: IncidentId.parse(id), verb });
  if (incident.closedAt !== null)
    throw new Refusal(
      'incident_closed',
      `${incident.id} is closed. Open it again first: /incident reopen ${incident.id}`,
    );
  return incident;
}

/** Several changes of one form are several requests, each done once. */
export function part(origin: Moment['origin'], name: string): Moment['origin'] {
  return { ...origin, dedupe: { ...origin.dedupe, id: `${origin.dedupe.id}:${name}` } };
}
