import type { LedgerEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import { roomNames } from '../domain/incident-room.ts';
import { hasOwnRoom } from '../domain/incident-settings.ts';
import type { Policy } from '../domain/policy.ts';
import type { LedgerReader } from '../ledger/reader.ts';

/** The wish for a channel of its own, where the severity calls for one. It is carried out when Slack can be reached. */
export async function roomWanted(
  ledger: Pick<LedgerReader, 'roomByName'>,
  incident: Pick<Incident, 'id' | 'severity' | 'reportedAt'>,
  { policy, slug }: { policy: Policy; slug: string | null },
): Promise<LedgerEvent[]> {
  if (!hasOwnRoom(policy.incidents, incident.severity)) return [];
  const prefix = policy.incidents.channel_prefix;
  const names = roomNames(incident, { prefix, slug, timeZone: policy.team.time_zone });
  for (const name of names)
    if ((await ledger.roomByName(name)) === null)
      return [{ type: 'incident_room_wanted', incident: incident.id, name }];
  // Twenty of them on one day about one key: the thread has to do.
  return [];
}
