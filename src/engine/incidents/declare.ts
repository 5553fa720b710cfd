import type { LedgerEvent } from '../../domain/event.ts';
import { personOf } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { IncidentNote } from '../../domain/incident-work.ts';
import type { Key } from '../../domain/key.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { roomWanted } from '../../steps/room-wanted.ts';
import { newIncident } from '../begin.ts';
import { assertNoSecretIn } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import { findKey } from '../which-key.ts';
import type { IncidentsDeps } from './deps.ts';
import type { Declared, DeclareRequest } from './incidents.ts';
import { assertMayOnIncident } from './record-on-incident.ts';
import { severityChanged } from './severity.ts';
import { assertPast } from './when.ts';

const LONGEST_TITLE = 200;
const LONGEST_WHAT = 2_000;

/** By hand, with or without a key. A second one for the same key joins the one that is open, so that people meet in one place. */
export async function declare(deps: IncidentsDeps, request: DeclareRequest): Promise<Declared> {
  return auditRefusal(deps, { origin: request, what: 'declare an incident' }, async () => {
    const { policy } = await deps.policy();
    assertSaid(request);
    assertPast(request.happenedAt, deps.now());
    const { actor, channel } = request;
    const { source, id } = request.dedupe;
    return deps.ledger.record({ at: deps.now(), actor, channel }, async ({ read, seen, remember }) => {
      const before = await seen(source, id);
      if (before?.incident != null)
        return { events: [] as LedgerEvent[], result: { kind: 'opened', incident: before.incident } };
      const key = request.key === null ? null : await findKey(read, request.key);
      assertMayOnIncident(policy, 'declare', { origin: request, key });
      const recording = await declared(deps, request, { read, policy, key });
      await remember(source, id, { run: null, incident: recording.result.incident });
      return recording;
    });
  });
}

async function declared(
  deps: IncidentsDeps,
  request: DeclareRequest,
  { read, policy, key }: { read: LedgerReader; policy: Policy; key: Key | null },
): Promise<Recording<Declared>> {
  const open = key === null ? null : await read.openIncidentOfKey(key.id);
  if (open !== null) return joined(deps, request, { open, read, policy, slug: key?.slug ?? null });
  const { title, actor, happenedAt, severity } = request;
  const channel = policy.team.incident_channel;
  const incident = newIncident(deps, { key, title, channel, openedBy: actor, startedAt: happenedAt, severity });
  return {
    events: [
      { type: 'incident_opened', incident },
      ...(await roomWanted(read, incident, { policy, slug: key?.slug ?? null, isLeak: false })),
      { type: 'incident_noted', note: firstNote(deps, request, incident.id) },
    ],
    result: { kind: 'opened', incident: incident.id },
  };
}

const LONGEST_REASON = 500;

/** Nothing that was said is dropped: the title goes on the timeline too, and whoever says that it is graver than it was thought is believed. */
async function joined(
  deps: IncidentsDeps,
  request: DeclareRequest,
  { open, read, policy, slug }: { open: Incident; read: LedgerReader; policy: Policy; slug: string | null },
): Promise<Recording<Declared>> {
  const { title, what, severity } = request;
  const words = what.trim() === '' ? title : `${title}: ${what.trim()}`;
  const note = { ...firstNote(deps, request, open.id), words };
  // SEV1 is the gravest.
  const isGraver = severity !== null && severity < open.severity;
  const change = { to: isGraver ? severity : open.severity, reason: words.slice(0, LONGEST_REASON), policy, slug };
  return {
    events: [{ type: 'incident_noted', note }, ...(isGraver ? await severityChanged(read, open, change) : [])],
    result: { kind: 'joined', incident: open.id, severity: change.to, wasRaised: isGraver },
  };
}

function firstNote(deps: IncidentsDeps, request: DeclareRequest, incident: IncidentNote['incident']): IncidentNote {
  const { what, title, happenedAt, from, actor } = request;
  const by = personOf(actor);
  return {
    id: deps.newId('note'),
    incident,
    version: 1,
    words: what.trim() || title,
    saidBy: from === null ? by : from.saidBy,
    addedBy: by === null ? [] : [by],
    source: from === null ? null : { channel: from.channel, ts: from.ts },
    alteredBy: null,
    happenedAt,
    reportedAt: deps.now(),
    recordedAt: deps.now(),
  };
}

function assertSaid({ title, what }: DeclareRequest): void {
  assertNoSecretIn({ title, description: what });
  const length = title.trim().length;
  if (length === 0 || length > LONGEST_TITLE)
    throw new Refusal('title_needed', `Say in 1 to ${LONGEST_TITLE} characters what is wrong; this has ${length}.`);
  if (what.length > LONGEST_WHAT)
    throw new Refusal('too_long', `What happened has at most ${LONGEST_WHAT} characters; this has ${what.length}.`);
}
