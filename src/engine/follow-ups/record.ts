import type { LedgerEvent } from '../../domain/event.ts';
import type { IncidentId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Policy } from '../../domain/policy.ts';
import type { RecordingTx } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { recordOnce } from '../on-incident.ts';
import { auditRefusal } from '../refusals.ts';
import type { FollowUpsDeps } from './follow-ups.ts';

/** What a verb decides on: everything as it is inside the recording transaction. */
export interface Standing {
  read: LedgerReader;
  policy: Policy;
  now: Date;
}

export interface Deciding<T> {
  /** For the audit line of a refusal: `close follow-up fup-1`. */
  doing: string;
  /** Which incident the audit lines belong to. */
  incident: IncidentId | null;
  decide: (standing: Standing) => Promise<{ events: LedgerEvent[]; result: T }>;
  /** What the same request gave the first time. */
  repeated: (read: LedgerReader) => Promise<T>;
}

/** Authority, decision, change, audit and dedupe in one transaction. The same request twice has one effect. */
export async function recordAfter<T>(deps: FollowUpsDeps, request: Origin, deciding: Deciding<T>): Promise<T> {
  const { doing, incident, decide, repeated } = deciding;
  return auditRefusal(deps, { origin: request, what: doing }, async () => {
    const { policy } = await deps.policy();
    const work = async ({ read }: RecordingTx) => decide({ read, policy, now: deps.now() });
    return recordOnce(deps, { ...request, incident }, { work, repeated });
  });
}

/** Owner and escalation of the key that an incident is about: whom `owner` and `escalation` of policy.yaml mean. */
export async function subjectOfIncident(
  read: Pick<LedgerReader, 'key'>,
  { key }: Pick<Incident, 'key'>,
): Promise<{ owner: string | null; escalation: string | null }> {
  const found = key === null ? null : await read.key(key);
  return { owner: found?.owner ?? null, escalation: found?.escalation ?? null };
}
