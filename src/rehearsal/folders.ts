import type { LoadedRunbook } from '../runbook/loaded.ts';
import type { RunbookProblem } from '../runbook/problem.ts';
import { openRunbookSet, type RunbookSet } from '../runbook/runbook-set.ts';
import { copyUp } from '../runbook/templates.ts';
import type { StepKind } from '../steps/contract.ts';

/** Runbooks that are rehearsed together, and what is loaded while they are. */
export interface Folder {
  dir: string;
  /** The ones that lie in `dir`. */
  runbooks: ReadonlyMap<string, LoadedRunbook>;
  set: RunbookSet;
  problems: readonly RunbookProblem[];
}

/**
 * The folder itself, and the templates below it as they are when somebody has copied them up: beside all other runbooks, under the same policy
 * and connections. `scratch` is where that copy is made.
 */
export async function foldersIn(dir: string, catalogue: readonly StepKind[], scratch: string): Promise<Folder[]> {
  const set = await openRunbookSet(dir, catalogue);
  const own: Folder = { dir, runbooks: set.all(), set, problems: set.problems() };
  const copied = await copyUp(dir, scratch);
  if (copied === null) return [own];
  const { templates, isTemplate, moved } = copied;
  const both = await openRunbookSet(copied.dir, catalogue);
  const runbooks = [...both.all()].filter(([, runbook]) => isTemplate(runbook));
  return [
    own,
    {
      dir: templates,
      runbooks: new Map(runbooks.map(([id, runbook]) => [id, moved(runbook)])),
      set: both,
      problems: both.problems().filter(isTemplate).map(moved),
    },
  ];
}
