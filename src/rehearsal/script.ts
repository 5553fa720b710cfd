import type { Answer, Answers } from './answer-schema.ts';
import type { Outside, Reply } from './outside-schema.ts';

/** The lines of a case that are spoken one after the other, each once. */
export interface Script<Line> {
  /** What comes next at a step, by its names, the most exact first; null when nothing is left. */
  peek: (names: readonly string[]) => Line | null;
  take: (names: readonly string[]) => Line | null;
  /** Takes a line that stays in force until another one follows it. */
  takeUnlessLast: (names: readonly string[]) => void;
  /** Names whose lines were not all spoken. */
  left: () => string[];
}

export function scriptOf<Line>(lines: Readonly<Record<string, Line | readonly Line[]>>): Script<Line> {
  const queues = new Map<string, Line[]>();
  for (const [name, line] of Object.entries(lines)) queues.set(name, isList(line) ? [...line] : [line]);
  const queueOf = (names: readonly string[]) => {
    const found = names.map((name) => queues.get(name)).find((queue) => queue !== undefined && queue.length > 0);
    return found ?? [];
  };
  const inForce = new Set<Line[]>();
  return {
    peek: (names) => queueOf(names)[0] ?? null,
    take: (names) => queueOf(names).shift() ?? null,
    takeUnlessLast: (names) => {
      const queue = queueOf(names);
      if (queue.length > 1) queue.shift();
      else inForce.add(queue);
    },
    left: () => [...queues].filter(([, queue]) => queue.length > 0 && !inForce.has(queue)).map(([name]) => name),
  };
}

function isList<Line>(line: Line | readonly Line[]): line is readonly Line[] {
  return Array.isArray(line);
}

export const answersOf = (answers: Answers): Script<Answer> => scriptOf<Answer>(answers);
export const repliesOf = (outside: Outside): Script<Reply> => scriptOf<Reply>(outside);
