import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedRunbook } from '../runbook/loaded.ts';
import type { RunbookProblem } from '../runbook/problem.ts';
import { readRunbookFile } from '../runbook/read-file.ts';
import { placeOfFile } from '../runbook/templates.ts';
import { type ReadRehearsal, readRehearsal } from './read-rehearsal.ts';

export interface Found {
  runbook: LoadedRunbook;
  read: ReadRehearsal;
}

export interface Finding {
  found: Found[];
  /** Files of runbooks that nobody rehearses. */
  unrehearsed: string[];
  problems: RunbookProblem[];
}

const REHEARSAL = /^([^.].*)\.rehearsal\.yaml$/;

/** The rehearsals beside the runbooks of a folder, by the name of their file. */
export async function findRehearsals(
  dir: string,
  runbooks: ReadonlyMap<string, LoadedRunbook>,
  only: readonly string[],
): Promise<Finding> {
  const isWanted = (id: string) => only.length === 0 || only.includes(id);
  const names = (await readdir(dir)).filter((name) => isWanted(REHEARSAL.exec(name)?.[1] ?? '.')).sort();
  const finding: Finding = { found: [], unrehearsed: [], problems: [] };
  for (const name of names) if (REHEARSAL.test(name)) await readInto(finding, { dir, name, runbooks });
  const rehearsed = new Set(names.flatMap((name) => REHEARSAL.exec(name)?.[1] ?? []));
  for (const runbook of runbooks.values())
    if (isWanted(runbook.id) && !rehearsed.has(runbook.id)) finding.unrehearsed.push(runbook.file);
  return finding;
}

async function readInto(
  finding: Finding,
  { dir, name, runbooks }: { dir: string; name: string; runbooks: ReadonlyMap<string, LoadedRunbook> },
): Promise<void> {
  const file = placeOfFile(join(dir, name)).shown;
  const text = await readRunbookFile(dir, name);
  if (text.kind === 'refused') {
    finding.problems.push(text.problem);
    return;
  }
  const checked = readRehearsal(text.text, file, runbooks);
  if (checked.kind === 'refused') {
    finding.problems.push(...checked.problems);
    return;
  }
  const id = REHEARSAL.exec(name)?.[1];
  const runbook = runbooks.get(checked.read.rehearsal.rehearses);
  if (runbook !== undefined && runbook.id === id) finding.found.push({ runbook, read: checked.read });
  else
    finding.problems.push({
      file,
      line: 1,
      column: 1,
      path: 'rehearses',
      expected: `the file name \`${checked.read.rehearsal.rehearses}.rehearsal.yaml\``,
      got: `\`${name}\``,
      fix: 'rename the file, or correct `rehearses:`',
    });
}
