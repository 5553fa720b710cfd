import type { LedgerEvent } from '../../domain/event.ts';
import { type IncidentId, personOf } from '../../domain/ids.ts';
import { pinned, reworded, unpinned } from '../../domain/incident-note.ts';
import type { IncidentNote } from '../../domain/incident-work.ts';
import { Refusal } from '../../errors.ts';
import { assertNoSecretIn } from '../keys/record-on-key.ts';
import type { IncidentsDeps } from './deps.ts';
import type { Incidents, NoteRequest, PinRequest } from './incidents.ts';
import { recordOnce, recordOnIncident } from './record-on-incident.ts';
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
    ...{ words, saidBy: by, addedBy: by === null ? [] : [by], source: null },
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
      const before = await read.noteFrom(source);
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
  return changeNote(deps, request, (before) => unpinned(before, { by: request.by, now: deps.now() }));
}

export async function reword(
  deps: IncidentsDeps,
  request: Parameters<Incidents['reword']>[0],
): Promise<IncidentNote | null> {
  const words = request.words.trim().slice(0, LONGEST);
  assertWords(words);
  return changeNote(deps, request, (before) => reworded(before, { words, now: deps.now() }));
}

async function changeNote(
  deps: IncidentsDeps,
  request: Parameters<Incidents['unpin']>[0] | Parameters<Incidents['reword']>[0],
  change: (before: IncidentNote | null) => IncidentNote | null,
): Promise<IncidentNote | null> {
  const incident = await incidentOfNote(deps, request.source);
  if (incident === null) return null;
  return recordOnce(
    deps,
    { ...request, incident },
    async ({ read }) => noted(change(await read.noteFrom(request.source))),
    null,
  );
}

async function incidentOfNote(deps: IncidentsDeps, source: PinRequest['source']): Promise<IncidentId | null> {
  return (await deps.ledger.read.noteFrom(source))?.incident ?? null;
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
