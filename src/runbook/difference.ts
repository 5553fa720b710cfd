import { createTwoFilesPatch, diffLines } from 'diff';

export interface Difference {
  added: number;
  removed: number;
  /** As a unified diff without its two head lines; empty when the texts are equal. */
  patch: string;
}

const CONTEXT_LINES = 2;

/** What a pull request would show between two texts of a runbook. */
export function differenceBetween(before: string, after: string): Difference {
  const changes = diffLines(before, after);
  const count = (kind: 'added' | 'removed') =>
    changes.filter((change) => change[kind]).reduce((sum, change) => sum + change.count, 0);
  const whole = createTwoFilesPatch('before', 'after', before, after, '', '', { context: CONTEXT_LINES });
  const start = whole.indexOf('@@');
  return { added: count('added'), removed: count('removed'), patch: start === -1 ? '' : whole.slice(start).trimEnd() };
}
