import type { LedgerEvent } from '../domain/event.ts';
import type { Actor } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { Key } from '../domain/key.ts';
import type { Policy } from '../domain/policy.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { roomWanted } from '../steps/room-wanted.ts';
import { newIncident } from './begin.ts';
import type { EngineDeps } from './deps.ts';

/**
 * The incident of a run that begins now, and what opens it: a new one, or the one that people declared for this key and that waits for its
 * first run, so that they and the run meet in one place.
 */
export async function incidentOfRun(
  deps: Pick<EngineDeps, 'now' | 'newId'>,
  read: LedgerReader,
  of: { key: Key; title: string; policy: Policy; openedBy: Actor; startedAt: Date; isLeak: boolean },
): Promise<{ incident: Incident; opening: LedgerEvent[] }> {
  const { key, policy, isLeak, ...rest } = of;
  const declared = await read.openIncidentOfKey(key.id);
  if (declared !== null && (await read.runsOfIncident(declared.id)).length === 0)
    return { incident: declared, opening: [] };
  const incident = newIncident(deps, { ...rest, key, channel: policy.team.incident_channel });
  const room = await roomWanted(read, incident, { policy, slug: key.slug, isLeak });
  return { incident, opening: [{ type: 'incident_opened', incident }, ...room] };
}
