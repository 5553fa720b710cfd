import type { StepKind } from '../steps/contract.ts';
import { refuseBadCalls } from './calls.ts';
import { compileRunbook } from './compile.ts';
import type { LoadedRunbook } from './loaded.ts';
import { KEY_CLASSES_FILE, POLICY_FILE } from './policy-file.ts';
import { inOrder, type RunbookProblem } from './problem.ts';
import { readRunbookFile, shownAs, yamlFilesIn } from './read-file.ts';

const REHEARSAL = /\.rehearsal\.yaml$/;

export interface LoadedRunbooks {
  /** The runbooks without any problem, by id. */
  runbooks: ReadonlyMap<string, LoadedRunbook>;
  problems: readonly RunbookProblem[];
}

/** Every runbook of a directory. All problems of all files at once, sorted; never throws for what a file says. */
export async function loadRunbooks(dir: string, catalogue: readonly StepKind[]): Promise<LoadedRunbooks> {
  const names = (await yamlFilesIn(dir)).filter(
    (name) => name !== POLICY_FILE && name !== KEY_CLASSES_FILE && !REHEARSAL.test(name),
  );
  const files = await Promise.all(names.map((name) => loadFile(dir, name, catalogue)));
  const loaded = new Map(files.flatMap((file) => (file.runbook === null ? [] : [[file.runbook.id, file.runbook]])));
  const calls = refuseBadCalls(loaded, new Set(names.map((name) => name.replace(/\.yaml$/, ''))));
  const broken = new Set(calls.map((problem) => problem.file));
  return {
    runbooks: new Map([...loaded].filter(([, runbook]) => !broken.has(runbook.file))),
    problems: inOrder([...files.flatMap((file) => file.problems), ...calls]),
  };
}

interface LoadedFile {
  runbook: LoadedRunbook | null;
  problems: readonly RunbookProblem[];
}

async function loadFile(dir: string, name: string, catalogue: readonly StepKind[]): Promise<LoadedFile> {
  const file = shownAs(dir, name);
  const read = await readRunbookFile(dir, name);
  if (read.kind === 'refused') return { runbook: null, problems: [read.problem] };
  const compiled = compileRunbook(read.text, file, catalogue);
  if (compiled.kind === 'refused') return { runbook: null, problems: compiled.problems };
  const { runbook } = compiled;
  if (name === `${runbook.id}.yaml`) return { runbook, problems: [] };
  const expected = `the file name \`${runbook.id}.yaml\`, after the id`;
  const fix = `write the runbook into \`${runbook.id}.yaml\`, or correct \`runbook:\``;
  return { runbook: null, problems: [{ file, ...runbook.at, path: 'runbook', expected, got: `\`${name}\``, fix }] };
}
