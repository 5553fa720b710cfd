import type { AuditEntry } from './event.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { wordsOf } from './incident-note.ts';
import { nameOf } from './key.ts';
import type { Sources } from './summary-source.ts';
import { type Names, sentenceFor, toldBy } from './timeline.ts';

/** What happened, and when: three times, which are the same for what Rekey did itself. */
export interface SummaryLine {
  happenedAt: Date;
  reportedAt: Date;
  recordedAt: Date;
  actor: string;
  sentence: string;
  sources: Sources;
}

/** The story in the order in which it happened; a note that somebody wrote down later stands where it belongs. */
export function summaryTimeline(facts: IncidentFacts): SummaryLine[] {
  const names = namesOf(facts);
  const lines = [...facts.entries].sort((a, b) => a.seq - b.seq);
  const newest = newestNotes(lines);
  return lines
    .flatMap((entry) => lineOf(entry, names, newest) ?? [])
    .sort((a, b) => a.happenedAt.getTime() - b.happenedAt.getTime());
}

function lineOf(entry: AuditEntry, names: Names, newest: ReadonlyMap<string, number>): SummaryLine | null {
  const event = toldBy(entry);
  // That a summary was drawn is no part of what it tells.
  if (event.type === 'summary_redrawn' || event.type === 'follow_up_added') return null;
  const { seq, at, actor } = entry;
  const sources = [{ kind: 'line', seq }] as const;
  if (event.type === 'incident_noted') {
    const { id, saidBy, addedBy, happenedAt, reportedAt, recordedAt } = event.note;
    // What was changed later, or taken back, stands in the audit and not in the story.
    if (newest.get(id) !== seq || addedBy.length === 0) return null;
    const times = {
      happenedAt: new Date(happenedAt),
      reportedAt: new Date(reportedAt),
      recordedAt: new Date(recordedAt),
    };
    return {
      ...times,
      actor: saidBy === null ? actor : `person:${saidBy}`,
      sentence: `Noted: ${wordsOf(event.note)}`,
      sources,
    };
  }
  const sentence = sentenceFor(event, names);
  return sentence === null ? null : { happenedAt: at, reportedAt: at, recordedAt: at, actor, sentence, sources };
}

/** By the id of a note, the line of its last version. */
function newestNotes(lines: readonly AuditEntry[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const entry of lines) {
    const event = toldBy(entry);
    if (event.type === 'incident_noted') newest.set(event.note.id, entry.seq);
  }
  return newest;
}

function namesOf({ failed, current, runs, approvals, asks, followUps }: IncidentFacts): Names {
  return new Map<string, string>([
    ...[failed, current].flatMap((key): [string, string][] => (key === null ? [] : [[key.id, nameOf(key)]])),
    ...runs.map((run): [string, string] => [run.id, `${run.runbook.id} (${run.id})`]),
    ...approvals.map((approval): [string, string] => [approval.id, approval.question]),
    ...asks.map((ask): [string, string] => [ask.id, ask.question]),
    ...followUps.map((followUp): [string, string] => [followUp.id, followUp.what]),
  ]);
}
