import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Edit, editYaml } from '../runbook/edit-yaml.ts';
import type { Outcome, PathStep } from './outcome.ts';
import { REHEARSAL_FILE, type Rehearsed } from './rehearse.ts';
import type { CaseResult } from './rehearse-case.ts';

/**
 * Writes what happened as what is expected, into every case that went another way, marked `reviewed: false`: such a case fails until somebody
 * has read it and removed the mark. Returns how many cases were written.
 */
export async function updateExpectations({ runbook, dir, text, cases }: Rehearsed): Promise<number> {
  const differing = cases.filter(isDifferent);
  const edits = differing.flatMap(({ index, outcome }) => (outcome === null ? [] : editsFor(index, outcome)));
  if (edits.length > 0) await writeFile(join(dir, `${runbook}${REHEARSAL_FILE}`), editYaml(text, edits));
  return edits.length === 0 ? 0 : differing.length;
}

function isDifferent({
  comparison,
  outcome,
  expected,
}: Pick<CaseResult, 'comparison' | 'outcome' | 'expected'>): boolean {
  if (comparison === null || outcome === null) return false;
  const isOther = comparison.path.some((line) => line.expected !== line.got);
  return isOther || expected.path === undefined || expected.outcome !== (outcome.run.outcome ?? 'waiting');
}

function editsFor(index: number, { run, path }: Outcome): Edit[] {
  const at = (key: string) => ['cases', index, 'expect', key];
  const states = path.map((step) => [shortestName(step, path), step.state] as const);
  return [
    { path: at('reviewed'), value: false },
    { path: at('outcome'), value: run.outcome ?? 'waiting' },
    { path: at('path'), value: Object.fromEntries(states) },
  ];
}

/** Without the name of the key where only one run was started there. */
function shortestName({ names, record }: PathStep, path: readonly PathStep[]): string {
  const short = names.at(-1) ?? record.step;
  return path.filter((one) => one.names.includes(short)).length === 1 ? short : (names[0] ?? short);
}
