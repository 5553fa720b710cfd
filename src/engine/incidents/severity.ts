import type { LedgerEvent } from '../../domain/event.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Policy } from '../../domain/policy.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { isAboutLeak, roomWanted } from '../../steps/room-wanted.ts';

interface Change {
  to: Incident['severity'];
  reason: string;
  policy: Policy;
  slug: string | null;
}

/** The change, and the wish for a channel of its own where it is grave enough for one now. */
export async function severityChanged(
  read: LedgerReader,
  incident: Incident,
  { to, reason, policy, slug }: Change,
): Promise<LedgerEvent[]> {
  const { id, severity: from } = incident;
  const isFirst = (await read.roomOf(id)) === null;
  const isLeak = (await read.runsOfIncident(id)).some(isAboutLeak);
  const room = isFirst ? await roomWanted(read, { ...incident, severity: to }, { policy, slug, isLeak }) : [];
  return [{ type: 'incident_severity_changed', incident: id, from, to, reason }, ...room];
}
