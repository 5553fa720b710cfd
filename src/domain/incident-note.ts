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
  const times = { reportedAt: now, recordedAt: now };
  if (before === null) return { id: newId(), version: 1, ...message, addedBy: [by], alteredBy: null, ...times };
  const withdrawn = before.addedBy.length === 0;
  if (before.addedBy.includes(by) && before.words === message.words) return null;
  const addedBy = before.addedBy.includes(by) ? before.addedBy : [...before.addedBy, by];
  const reportedAt = withdrawn ? now : before.reportedAt;
  const { words } = message;
  return { ...before, words, version: before.version + 1, addedBy, alteredBy: null, reportedAt, recordedAt: now };
}

/** Somebody takes their mark away. The note stays as long as somebody else stands behind it; null when nothing changes. */
export function unpinned(before: IncidentNote | null, { by, now }: { by: PersonId; now: Date }): IncidentNote | null {
  if (before === null || !before.addedBy.includes(by)) return null;
  const addedBy = before.addedBy.filter((person) => person !== by);
  return { ...before, version: before.version + 1, addedBy, recordedAt: now };
}

/**
 * The message was changed where it stands. Words that are not taken over leave the note as it is, and it says who changed them. A note that
 * nobody stands behind is left alone; null when nothing changes.
 */
export function reworded(
  before: IncidentNote | null,
  { words, by, takenOver, now }: { words: string; by: string; takenOver: boolean; now: Date },
): IncidentNote | null {
  if (before === null || before.addedBy.length === 0) return null;
  const isBack = before.words === words;
  const after = takenOver || isBack ? { words, alteredBy: null } : { words: before.words, alteredBy: by };
  if (after.words === before.words && after.alteredBy === before.alteredBy) return null;
  return { ...before, ...after, version: before.version + 1, recordedAt: now };
}

/** What a note says, for people who read the timeline. */
export function wordsOf({ words, alteredBy }: Pick<IncidentNote, 'words' | 'alteredBy'>): string {
  return alteredBy === null ? words : `${words} (changed in Slack by ${alteredBy}, not taken over)`;
}
