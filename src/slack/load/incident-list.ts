import type { Incident } from '../../domain/incident.ts';
import type { Desk, Moment } from '../moment.ts';
import { isReadable } from '../readable.ts';
import type { IncidentRow } from '../views/incident-list.ts';
import { displayNames, keyName } from './names.ts';

/** What this person may know of these incidents. */
export async function loadIncidentRows(
  incidents: readonly Incident[],
  moment: Pick<Moment, 'origin'>,
  desk: Desk,
): Promise<IncidentRow[]> {
  const name = await displayNames(desk);
  const rows: IncidentRow[] = [];
  for (const incident of incidents) {
    if (!(await isReadable(incident, moment, desk))) continue;
    const commander = (await desk.ledger.rolesOf(incident.id)).find(({ role }) => role === 'commander');
    const room = await desk.ledger.roomOf(incident.id);
    rows.push({
      ...incident,
      key: await keyName(desk.ledger, incident.key),
      commander: commander === undefined ? null : name(commander.person),
      room: room?.state === 'made' ? room.channel : null,
    });
  }
  return rows;
}
