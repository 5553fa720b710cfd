import type { IncidentId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { Refusal } from '../errors.ts';
import type { Recording, RecordingTx } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { EngineDeps } from './deps.ts';
import type { Origin } from './engine.ts';

/** What somebody asks about one incident. */
export type OnIncident = Origin & { incident: IncidentId };

interface Once<T> {
  work: (tx: RecordingTx) => Promise<Recording<T>>;
  /** What the same request gets when it comes a second time. */
  repeated: (read: LedgerReader) => Promise<T>;
}

/** Change, audit and dedupe in one transaction, among the lines of this incident. The same request twice has one effect. */
export async function recordOnce<T>(
  deps: Pick<EngineDeps, 'ledger' | 'now'>,
  request: Origin & { incident: IncidentId | null },
  { work, repeated }: Once<T>,
): Promise<T> {
  const { actor, channel, incident } = request;
  const { source, id } = request.dedupe;
  return deps.ledger.record({ at: deps.now(), actor, channel, incident }, async (tx): Promise<Recording<T>> => {
    if ((await tx.seen(source, id)) !== null) return { events: [], result: await repeated(tx.read) };
    const recording = await work(tx);
    await tx.remember(source, id, { run: null, incident });
    return recording;
  });
}

export async function incidentOrRefuse(read: Pick<LedgerReader, 'incident'>, id: IncidentId): Promise<Incident> {
  const incident = await read.incident(id);
  if (incident !== null) return incident;
  const named = /^inc-[a-z0-9]{1,40}$/.test(id) ? id : '…';
  throw new Refusal(
    'unknown_incident',
    `There is no incident ${named}. Type: /incident list, or on a terminal: rekey incidents list`,
  );
}
