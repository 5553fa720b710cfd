import { loadPolicy } from '../runbook/policy-file.ts';
import type { RunbookProblem } from '../runbook/problem.ts';
import type { StepKind } from '../steps/contract.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { type Found, findRehearsals } from './find.ts';
import { type Folder, foldersIn } from './folders.ts';
import { type CaseResult, rehearseCase } from './rehearse-case.ts';
import type { Scratch } from './scratch.ts';
import { withScratch } from './scratch.ts';
import type { House } from './stage.ts';
import { mergeTaken, nothingTaken } from './taken.ts';

export interface RehearseOptions {
  /** The runbooks folder. */
  dir: string;
  catalogue: readonly StepKind[];
  /** Ids of runbooks; all of the folder when empty. */
  only: readonly string[];
  /** Cases whose name has this in it. */
  named: string | null;
}

/** What stands behind the id of a runbook in the name of its rehearsal. */
export const REHEARSAL_FILE = '.rehearsal.yaml';

export interface Rehearsed {
  runbook: string;
  /** Where its files lie. */
  dir: string;
  file: string;
  text: string;
  runbookFile: string;
  cases: (CaseResult & { index: number; line: number })[];
  /** Null when not all cases were played. */
  coverage: Coverage | null;
}

export interface RehearsalReport {
  rehearsed: Rehearsed[];
  /** Runbooks without a rehearsal, by file. */
  unrehearsed: string[];
  problems: RunbookProblem[];
  tookMs: number;
}

/** Plays the rehearsals of a folder and of its templates, one case after the other, each on a ledger of its own, in a scratch folder. */
export async function rehearse(options: RehearseOptions): Promise<RehearsalReport> {
  const began = performance.now();
  const { dir, catalogue } = options;
  const { policy } = await loadPolicy(dir);
  return withScratch(async (scratch) => {
    const report: RehearsalReport = { rehearsed: [], unrehearsed: [], problems: [], tookMs: 0 };
    for (const folder of await foldersIn(dir, catalogue, scratch.folder)) {
      const house: House = { dir, runbooks: folder.set, policy, stepKinds: catalogue };
      const { found, unrehearsed, problems } = await findRehearsals(folder.dir, folder.runbooks, options.only);
      for (const one of found) report.rehearsed.push(await rehearseFile({ house, scratch, options, folder }, one));
      report.unrehearsed.push(...unrehearsed);
      report.problems.push(...folder.problems, ...problems);
    }
    return { ...report, tookMs: performance.now() - began };
  });
}

interface Rehearsing {
  house: House;
  scratch: Scratch;
  options: RehearseOptions;
  folder: Folder;
}

async function rehearseFile({ house, scratch, options, folder }: Rehearsing, one: Found): Promise<Rehearsed> {
  const { read, runbook } = one;
  const { rehearsal, file, text, lineOfCase } = read;
  const cases: Rehearsed['cases'] = [];
  const taken = nothingTaken();
  for (const [index, each] of rehearsal.cases.entries()) {
    if (options.named !== null && !each.name.includes(options.named)) continue;
    const room = await scratch.room(`${runbook.id}-${index}`);
    const result = await rehearseCase({ house, rehearsal, runbook, room }, each);
    mergeTaken(taken, result.taken);
    cases.push({ ...result, index, line: lineOfCase(index) });
  }
  const coverage = options.named === null ? coverageOf(runbook, taken) : null;
  return { runbook: runbook.id, dir: folder.dir, file, text, runbookFile: runbook.file, cases, coverage };
}

/** What a report comes to: every case as expected, every runbook rehearsed, and enough of each covered. */
export function isGood({ rehearsed, unrehearsed, problems }: RehearsalReport, minCoverage: number): boolean {
  const isCovered = ({ coverage }: Rehearsed) => coverage === null || coverage.percent >= minCoverage;
  const allPassed = rehearsed.every((one) => one.cases.every(({ passed }) => passed) && isCovered(one));
  // Nothing that was played shows nothing, such as after a slip in the words of a case.
  const isPlayed = rehearsed.some((one) => one.cases.length > 0);
  return isPlayed && allPassed && unrehearsed.length === 0 && problems.length === 0;
}
