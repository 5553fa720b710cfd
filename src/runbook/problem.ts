/** Where something stands in a file; both count from 1. */
export interface Position {
  line: number;
  column: number;
}

/** One thing that is wrong with a file, in the words that its author needs. Nothing in it is a secret: runbooks hold none. */
export interface RunbookProblem extends Position {
  file: string;
  /** Where in the structure: `recover[2].with.key`; empty for the file as a whole. */
  path: string;
  expected: string;
  got: string;
  /** What to do, as a command: "write `key: …`", "remove it". */
  fix: string;
}

/** `runbooks/R-KEY-EXPIRY.yaml:31:12 recover[2].with.key: expected …, got …; write …` */
export function describeProblem(problem: RunbookProblem): string {
  const { file, line, column, path, expected, got, fix } = problem;
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}expected ${expected}, got ${got}; ${fix}`;
}

export type Complaint = Pick<RunbookProblem, 'expected' | 'got' | 'fix'>;

/** Collects what is wrong with one file, so that its author sees everything at once. */
export interface Report {
  file: string;
  add: (at: Position, path: string, complaint: Complaint) => void;
  count: () => number;
  problems: () => RunbookProblem[];
}

export function startReport(file: string): Report {
  const found: RunbookProblem[] = [];
  return {
    file,
    add: ({ line, column }, path, complaint) => {
      found.push({ file, line, column, path, ...complaint });
    },
    count: () => found.length,
    problems: () => inOrder(found),
  };
}

/** By file, then in reading order; what was said twice of one place is kept once. */
export function inOrder<Problem extends RunbookProblem>(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [describeProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(describeProblem(a), describeProblem(b)),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const SHOWN = 60;

/** What the author wrote, short enough for one line and without characters that could disturb a terminal. */
export function quote(text: string): string {
  const oneLine = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return `\`${oneLine.length > SHOWN ? `${oneLine.slice(0, SHOWN)}…` : oneLine}\``;
}
