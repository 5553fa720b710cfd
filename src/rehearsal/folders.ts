import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LoadedRunbook } from '../runbook/loaded.ts';
import type { RunbookProblem } from '../runbook/problem.ts';
import { yamlFilesIn } from '../runbook/read-file.ts';
import { openRunbookSet, type RunbookSet } from '../runbook/runbook-set.ts';
import type { StepKind } from '../steps/contract.ts';

/** Runbooks that are rehearsed together, and what is loaded while they are. */
export interface Folder {
  dir: string;
  /** The ones that lie in `dir`. */
  runbooks: ReadonlyMap<string, LoadedRunbook>;
  set: RunbookSet;
  problems: readonly RunbookProblem[];
}

const TEMPLATES = 'templates';

/**
 * The folder itself, and the templates below it as they are when somebody has copied them up: beside all other runbooks, under the same policy
 * and connections. `scratch` is where that copy is made.
 */
export async function foldersIn(dir: string, catalogue: readonly StepKind[], scratch: string): Promise<Folder[]> {
  const set = await openRunbookSet(dir, catalogue);
  const own: Folder = { dir, runbooks: set.all(), set, problems: set.problems() };
  const templates = join(dir, TEMPLATES);
  if (!existsSync(templates)) return [own];
  const names = await yamlFilesIn(templates);
  const copied = await copiedUp({ dir, templates, names }, join(scratch, basename(dir)));
  const both = await openRunbookSet(copied, catalogue);
  const isTemplate = ({ file }: { file: string }) => names.includes(basename(file));
  const moved = <One extends { file: string }>(one: One): One => ({ ...one, file: underTemplates(one.file) });
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

async function copiedUp(
  { dir, templates, names }: { dir: string; templates: string; names: readonly string[] },
  to: string,
): Promise<string> {
  await mkdir(to, { mode: 0o700 });
  for (const name of await yamlFilesIn(dir)) await copyFile(join(dir, name), join(to, name));
  for (const name of names) await copyFile(join(templates, name), join(to, name));
  return to;
}

/** `runbooks/templates/R-….yaml` for `runbooks/R-….yaml`. */
function underTemplates(file: string): string {
  return join(file, '..', TEMPLATES, basename(file));
}
