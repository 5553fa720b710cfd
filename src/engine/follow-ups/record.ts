import type { LedgerEvent } from '../../domain/event.ts';
import type { IncidentId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
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
  const { source, id } = request.dedupe;
  return auditRefusal(deps, { origin: request, what: doing }, async () => {
    const { policy } = await deps.policy();
    const context = { at: deps.now(), actor: request.actor, channel: request.channel, incident };
    return deps.ledger.record(context, async ({ read, seen, remember }): Promise<Recording<T>> => {
      if ((await seen(source, id)) !== null) return { events: [], result: await repeated(read) };
      const decided = await decide({ read, policy, now: context.at });
      await remember(source, id, { run: null, incident });
      return decided;
    });
  });
}

export async function incidentOrRefuse(read: Pick<LedgerReader, 'incident'>, id: IncidentId): Promise<Incident> {
  const incident = await read.incident(id);
  if (incident !== null) return incident;
  throw new Refusal('unknown_incident', 'There is no such incident. Type: rekey incidents list');
}

/** Owner and escalation of the key that an incident is about: whom `owner` and `escalation` of policy.yaml mean. */
export async function subjectOfIncident(
  read: Pick<LedgerReader, 'key'>,
  { key }: Pick<Incident, 'key'>,
): Promise<{ owner: string | null; escalation: string | null }> {
  const found = key === null ? null : await read.key(key);
  return { owner: found?.owner ?? null, escalation: found?.escalation ?? null };
}
