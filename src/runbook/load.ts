import type { StepKind } from '../steps/contract.ts';
import { refuseBadCalls } from './calls.ts';
import { compileRunbook } from './compile.ts';
import { CONNECTIONS_FILE, readConnections, refuseBadConnections } from './connections-file.ts';
import type { LoadedRunbook } from './loaded.ts';
import { KEY_CLASSES_FILE, POLICY_FILE } from './policy-file.ts';
import { inOrder, type RunbookProblem } from './problem.ts';
import { readRunbookFile, shownAs, yamlFilesIn } from './read-file.ts';

const NO_RUNBOOKS: ReadonlySet<string> = new Set([POLICY_FILE, KEY_CLASSES_FILE, CONNECTIONS_FILE]);
const REHEARSAL = /\.rehearsal\.yaml$/;

export interface LoadedRunbooks {
  /** The runbooks without any problem, by id. */
  runbooks: ReadonlyMap<string, LoadedRunbook>;
  problems: readonly RunbookProblem[];
}

/** Every runbook of a directory. All problems of all files at once, sorted; never throws for what a file says. */
export async function loadRunbooks(dir: string, catalogue: readonly StepKind[]): Promise<LoadedRunbooks> {
  const names = (await yamlFilesIn(dir)).filter((name) => !NO_RUNBOOKS.has(name) && !REHEARSAL.test(name));
  const files = await Promise.all(names.map((name) => loadFile(dir, name, catalogue)));
  const loaded = new Map(files.flatMap((file) => (file.runbook === null ? [] : [[file.runbook.id, file.runbook]])));
  const calls = refuseBadCalls(loaded, new Set(names.map((name) => name.replace(/\.yaml$/, ''))));
  const connections = await connectionProblems(dir, loaded.values());
  const broken = new Set([...calls, ...connections].map((problem) => problem.file));
  return {
    runbooks: new Map([...loaded].filter(([, runbook]) => !broken.has(runbook.file))),
    problems: inOrder([...files.flatMap((file) => file.problems), ...calls, ...connections]),
  };
}

// While connections.yaml itself is refused, nobody knows which connections there are: "there is none" would be wrong advice.
async function connectionProblems(dir: string, runbooks: Iterable<LoadedRunbook>): Promise<RunbookProblem[]> {
  const checked = await readConnections(dir);
  if (checked?.kind === 'refused') return checked.problems;
  return refuseBadConnections(runbooks, checked?.value.connections ?? {});
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
