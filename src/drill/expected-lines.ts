import type { EventType } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import type { Run } from '../domain/run.ts';
import { toldBy } from '../domain/timeline.ts';
import type { Ended } from './facts.ts';
import type { Stage } from './stage.ts';

interface Line {
  type: EventType;
  about: string;
}

/** Every fact that the tables hold of this key and these runs, held against the audit: a fact without its line was written by nobody. */
export async function expectedLines(
  { deps, subject }: Stage,
  { runs, lines }: Ended,
): Promise<{ written: number; expected: number }> {
  const there = new Set(lines.map(({ action, subject: about }) => `${action} ${about}`));
  // A step's line is about the step itself; other events name it in their text only.
  for (const line of lines) {
    const told = toldBy(line);
    if (told.type === 'step_recorded' || told.type === 'step_skipped')
      there.add(`step ${told.run}#${told.record.step}`);
  }
  const keys = await deps.ledger.read.versionsOf(subject.slug);
  const expected = [
    ...keys.flatMap((key) => linesOfKey(key, subject)).map(({ type, about }) => `${type} ${about}`),
    ...runs.flatMap(linesOfRun),
  ];
  return { written: expected.filter((line) => there.has(line)).length, expected: expected.length };
}

function linesOfKey(key: Key, subject: Key): Line[] {
  const about = `key:${key.id}`;
  // What the case begins with was put there in one piece.
  const isNew = key.version > subject.version;
  const facts: [EventType, boolean][] = [
    ['key_issued', true],
    ['key_activated', isNew && key.activatedAt !== null],
    ['key_proved_live', isNew && key.provedLiveAt !== null],
    ['key_quarantined', key.quarantinedAt !== null],
    ['key_retired', key.retiringAt !== null],
    ['key_revoked', key.revokedAt !== null && subject.revokedAt === null],
    ['key_proved_dead', key.provedDeadAt !== null],
  ];
  return facts.flatMap(([type, happened]) => (happened ? [{ type, about }] : []));
}

function linesOfRun(run: Run): string[] {
  const steps = Object.values(run.steps).map(({ step }) => `step ${run.id}#${step}`);
  const finished = run.finishedAt === null ? [] : [`run_finished run:${run.id}`];
  return [`run_started run:${run.id}`, ...finished, ...steps];
}
