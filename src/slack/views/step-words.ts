import { isKept } from '../../domain/kept.ts';
import { at, bold, type Line } from '../blocks.ts';
import { cut } from '../text.ts';

/** What comes at that instant: `due` and `next deadline` can pass, and are overdue then. */
export interface Until {
  word: 'due' | 'next deadline' | 'at' | 'at the latest' | 'until';
  at: Date;
}

export type StepShown =
  | { kind: 'to_come' }
  | { kind: 'running'; since: Date }
  | { kind: 'waiting'; what: string; since: Date; until: Until | null }
  | { kind: 'done' }
  | { kind: 'failed'; error: string }
  | { kind: 'skipped'; why: string }
  | { kind: 'in_doubt'; question: string; token: string }
  | { kind: 'undone' }
  | { kind: 'again'; why: string };

export interface StepLine {
  id: string;
  uses: string;
  shown: StepShown;
  /** What its last try to be taken back failed with; there is another one. */
  undoing: string | null;
  undoError: string | null;
}

export const MARKS: Record<StepShown['kind'], string> = {
  to_come: '·',
  running: '▸',
  waiting: '▸',
  done: '✓',
  failed: '✗',
  skipped: '–',
  in_doubt: '?',
  undone: '↶',
  again: '·',
};

/** Why the engine leaves a step out by itself. */
export const NOT_MET = 'its condition does not hold';

/** What is said of a step, in at most `room` characters of explanation. */
export function stepWords(shown: StepShown, { room, now }: { room: number; now: Date }): Line {
  switch (shown.kind) {
    case 'to_come':
      return ['to come'];
    case 'running':
      return ['running since ', at(shown.since)];
    case 'waiting':
      return ['waiting for ', cut(shown.what, room), ' since ', at(shown.since), ...untilWords(shown.until, now)];
    case 'done':
      return ['done'];
    case 'failed':
      return [`failed: ${cut(shown.error, room)}`];
    case 'skipped':
      return [`left out: ${cut(shown.why, room)}`];
    case 'in_doubt':
      return [`in doubt: ${cut(shown.question, room)}`];
    case 'undone':
      return ['taken back'];
    case 'again':
      return [`to be done again: ${cut(shown.why, room)}`];
    default:
      return shown satisfies never;
  }
}

function untilWords(until: Until | null, now: Date): Line {
  if (until === null) return [];
  const canBeLate = until.word === 'due' || until.word === 'next deadline';
  if (canBeLate && until.at <= now) return [', ', bold('OVERDUE'), ' since ', at(until.at)];
  return [`, ${until.word} `, at(until.at)];
}

/** What could not be taken back, or is tried again. */
export function undoWords({ undoing, undoError }: StepLine, room: number): string {
  const failed = undoError === null ? '' : `; ${leftWords(undoError, room)}`;
  return undoing === null ? failed : `; being taken back, tried again after: ${cut(undoing, room)}`;
}

function leftWords(undoError: string, room: number): string {
  return `${isKept(undoError) ? '' : 'could not be taken back, a person has to: '}${cut(undoError, room)}`;
}
