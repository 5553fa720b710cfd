import type { LedgerEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import { roomNames } from '../domain/incident-room.ts';
import { hasOwnRoom, isRoomPrivate } from '../domain/incident-settings.ts';
import type { Policy } from '../domain/policy.ts';
import type { LedgerReader } from '../ledger/reader.ts';

/** The wish for a channel of its own, where the severity calls for one. It is carried out when Slack can be reached. */
export async function roomWanted(
  ledger: Pick<LedgerReader, 'roomByName'>,
  incident: Pick<Incident, 'id' | 'severity' | 'reportedAt'>,
  { policy, slug, isLeak }: { policy: Policy; slug: string | null; isLeak: boolean },
): Promise<LedgerEvent[]> {
  if (!hasOwnRoom(policy.incidents, incident.severity)) return [];
  const isPrivate = isRoomPrivate(policy.incidents, { isLeak });
  const prefix = policy.incidents.channel_prefix;
  const names = roomNames(incident, { prefix, slug, timeZone: policy.team.time_zone });
  for (const name of names)
    if ((await ledger.roomByName(name)) === null)
      return [{ type: 'incident_room_wanted', incident: incident.id, name, isPrivate }];
  // Twenty of them on one day about one key: the thread has to do.
  return [];
}

/** Whether what a run was told of its key is that somebody else has it, or may have it. */
export function isAboutLeak({ inputs }: { inputs: Readonly<Record<string, unknown>> }): boolean {
  return inputs.situation === 'suspected' || inputs.situation === 'exploited';
}
