import { IncidentId } from '../../../domain/ids.ts';
import type { Incident } from '../../../domain/incident.ts';
import { Refusal } from '../../../errors.ts';
import type { Desk, FormAnswer, Moment } from '../../moment.ts';

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

/** What can be mended in the modal is said beside its field. */
export async function beside(fields: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<FormAnswer> {
  try {
    await work();
    return { kind: 'close' };
  } catch (error) {
    const field = error instanceof Refusal && Object.hasOwn(fields, error.code) ? fields[error.code] : undefined;
    if (!(error instanceof Refusal) || field === undefined) throw error;
    return { kind: 'errors', errors: { [field]: error.message } };
  }
}

/** Several changes of one form are several requests, each done once. */
export function part(origin: Moment['origin'], name: string): Moment['origin'] {
  return { ...origin, dedupe: { ...origin.dedupe, id: `${origin.dedupe.id}:${name}` } };
}
