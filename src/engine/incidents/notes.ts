import type { LedgerEvent } from '../../domain/event.ts';
import { personOf } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { pinned, reworded, unpinned } from '../../domain/incident-note.ts';
import type { IncidentNote } from '../../domain/incident-work.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { holdsSecret } from '../../scrub.ts';
import { assertNoSecretIn } from '../keys/record-on-key.ts';
import { incidentOrRefuse, recordOnce } from '../on-incident.ts';
import type { IncidentsDeps } from './deps.ts';
import type { Incidents, NoteRequest, PinRequest, RewordRequest } from './incidents.ts';
import { recordOnIncident } from './record-on-incident.ts';
import { assertPast } from './when.ts';

const LONGEST = 2_000;

/** What a person says happened, and when. */
export async function note(deps: IncidentsDeps, request: NoteRequest): Promise<IncidentNote> {
  const words = request.words.trim();
  assertWords(words);
  assertPast(request.happenedAt, deps.now());
  const by = personOf(request.actor);
  const at = deps.now();
  const made: IncidentNote = {
    id: deps.newId('note'),
    incident: request.incident,
    version: 1,
    ...{ words, saidBy: by, addedBy: by === null ? [] : [by], source: null, alteredBy: null },
    ...{ happenedAt: request.happenedAt, reportedAt: at, recordedAt: at },
  };
  return recordOnIncident(deps, request, {
    verb: 'declare',
    doing: 'note something of',
    closedToo: true,
    repeated: made,
    decide: async () => ({ events: [{ type: 'incident_noted', note: made }], result: made }),
  });
}

export async function pin(deps: IncidentsDeps, request: PinRequest): Promise<IncidentNote | null> {
  const { by, incident, saidBy, source, happenedAt } = request;
  // What Slack holds may be longer than what a timeline needs.
  const words = request.words.trim().slice(0, LONGEST);
  assertWords(words);
  return recordOnIncident(deps, request, {
    verb: 'declare',
    doing: 'put a message on the timeline of',
    closedToo: true,
    repeated: null,
    decide: async ({ read, now }) => {
      const before = await noteOn(read, { incident, source });
      const message = { incident, words, saidBy, source, happenedAt };
      return noted(pinned(before, message, { by, now, newId: () => deps.newId('note') }));
    },
  });
}

/** Whoever put it there may take it away, whatever the policy says by now. */
export async function unpin(
  deps: IncidentsDeps,
  request: Parameters<Incidents['unpin']>[0],
): Promise<IncidentNote | null> {
  return recordOnce(deps, request, {
    work: async ({ read }) => {
      const incident = await incidentOrRefuse(read, request.incident);
      const before = await noteOn(read, request);
      const after = unpinned(before, { by: request.by, now: deps.now() });
      if (after !== null && before !== null && isFrozen(incident, before))
        throw new Refusal(
          'incident_closed',
          `${incident.id} is closed, and this message was on its timeline then, so it stays there.`,
        );
      return noted(after);
    },
    repeated: async () => null,
  });
}

/** Each timeline that the message is on is a change of its own, done once. */
export async function reword(deps: IncidentsDeps, request: RewordRequest): Promise<IncidentNote[]> {
  const changed: IncidentNote[] = [];
  for (const { id, incident } of await deps.ledger.read.notesFrom(request.source)) {
    const { dedupe } = request;
    const once = { ...request, incident, dedupe: { ...dedupe, id: `${dedupe.id}:${id}` } };
    const after = await recordOnce(deps, once, {
      work: async ({ read }) => noted(await rewordOne(deps, { read, id }, request)),
      repeated: async () => null,
    });
    if (after !== null) changed.push(after);
  }
  return changed;
}

async function rewordOne(
  deps: IncidentsDeps,
  { read, id }: { read: LedgerReader; id: string },
  { source, words: said, by, trusted }: RewordRequest,
): Promise<IncidentNote | null> {
  const before = (await read.notesFrom(source)).find((one) => one.id === id);
  const incident = before === undefined ? null : await read.incident(before.incident);
  if (before === undefined || incident === null) return null;
  const words = said.trim().slice(0, LONGEST);
  const takenOver = trusted && incident.closedAt === null && words !== '' && !holdsSecret(said);
  return reworded(before, { words, by, takenOver, now: deps.now() });
}

/** A message that declared one incident may be on the timeline of another as well. */
async function noteOn(
  read: Pick<LedgerReader, 'notesFrom'>,
  { incident, source }: Pick<PinRequest, 'incident' | 'source'>,
): Promise<IncidentNote | null> {
  return (await read.notesFrom(source)).findLast((note) => note.incident === incident) ?? null;
}

/** What was said until then is what it was closed on. */
function isFrozen({ closedAt }: Incident, { reportedAt }: IncidentNote): boolean {
  return closedAt !== null && reportedAt <= closedAt;
}

function noted(note: IncidentNote | null): { events: LedgerEvent[]; result: IncidentNote | null } {
  return { events: note === null ? [] : [{ type: 'incident_noted', note }], result: note };
}

function assertWords(words: string): void {
  if (words === '') throw new Refusal('nothing_said', 'There are no words to note.');
  if (words.length > LONGEST)
    throw new Refusal('too_long', `A note has at most ${LONGEST} characters; this has ${words.length}.`);
  assertNoSecretIn({ note: words });
}
