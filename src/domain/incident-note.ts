import type { IncidentId, PersonId } from './ids.ts';
import type { IncidentNote, NoteSource } from './incident-work.ts';

interface Pinned {
  incident: IncidentId;
  words: string;
  saidBy: PersonId | null;
  source: NoteSource;
  happenedAt: Date;
}

/** What putting a message on the timeline makes of the note that is there; null when nothing changes. */
export function pinned(
  before: IncidentNote | null,
  message: Pinned,
  { by, now, newId }: { by: PersonId; now: Date; newId: () => string },
): IncidentNote | null {
  if (before === null) return { id: newId(), version: 1, ...message, addedBy: [by], reportedAt: now, recordedAt: now };
  const withdrawn = before.addedBy.length === 0;
  if (before.addedBy.includes(by) && before.words === message.words) return null;
  const addedBy = before.addedBy.includes(by) ? before.addedBy : [...before.addedBy, by];
  const reportedAt = withdrawn ? now : before.reportedAt;
  return { ...before, words: message.words, version: before.version + 1, addedBy, reportedAt, recordedAt: now };
}

/** Somebody takes their mark away. The note stays as long as somebody else stands behind it; null when nothing changes. */
export function unpinned(before: IncidentNote | null, { by, now }: { by: PersonId; now: Date }): IncidentNote | null {
  if (before === null || !before.addedBy.includes(by)) return null;
  const addedBy = before.addedBy.filter((person) => person !== by);
  return { ...before, version: before.version + 1, addedBy, recordedAt: now };
}

/** The words of the message were changed where it stands. A note that nobody stands behind is left as it is. */
export function reworded(
  before: IncidentNote | null,
  { words, now }: { words: string; now: Date },
): IncidentNote | null {
  if (before === null || before.addedBy.length === 0 || before.words === words) return null;
  return { ...before, words, version: before.version + 1, recordedAt: now };
}
