import { loadPolicy } from '../runbook/policy-file.ts';
import type { RunbookProblem } from '../runbook/problem.ts';
import { openRunbookSet } from '../runbook/runbook-set.ts';
import type { StepKind } from '../steps/contract.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { type Found, findRehearsals } from './find.ts';
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
  /** Told of each case when it is over. */
  onCase?: (runbook: string, result: CaseResult) => void;
}

/** What stands behind the id of a runbook in the name of its rehearsal. */
export const REHEARSAL_FILE = '.rehearsal.yaml';

export interface Rehearsed {
  runbook: string;
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

/** Plays the rehearsals of a folder, one case after the other, each on a ledger of its own. Nothing outside a scratch folder is written. */
export async function rehearse(options: RehearseOptions): Promise<RehearsalReport> {
  const began = performance.now();
  const { dir, catalogue } = options;
  const runbooks = await openRunbookSet(dir, catalogue);
  const { policy } = await loadPolicy(dir);
  const house: House = { dir, runbooks, policy, stepKinds: catalogue };
  const { found, unrehearsed, problems } = await findRehearsals(dir, runbooks.all(), options.only);
  const broken = [...runbooks.problems(), ...problems];
  const rehearsed = await withScratch(async (scratch) => {
    const all: Rehearsed[] = [];
    for (const one of found) all.push(await rehearseFile({ house, scratch, options }, one));
    return all;
  });
  return { rehearsed, unrehearsed, problems: broken, tookMs: performance.now() - began };
}

interface Rehearsing {
  house: House;
  scratch: Scratch;
  options: RehearseOptions;
}

async function rehearseFile({ house, scratch, options }: Rehearsing, { read, runbook }: Found): Promise<Rehearsed> {
  const { rehearsal, file, text, lineOfCase } = read;
  const cases: Rehearsed['cases'] = [];
  const taken = nothingTaken();
  for (const [index, one] of rehearsal.cases.entries()) {
    if (options.named !== null && !one.name.includes(options.named)) continue;
    const room = await scratch.room(`${runbook.id}-${index}`);
    const result = await rehearseCase({ house, rehearsal, runbook, room }, one);
    mergeTaken(taken, result.taken);
    cases.push({ ...result, index, line: lineOfCase(index) });
    options.onCase?.(runbook.id, result);
  }
  const coverage = options.named === null ? coverageOf(runbook, taken) : null;
  return { runbook: runbook.id, file, text, runbookFile: runbook.file, cases, coverage };
}

/** What a report comes to: every case as expected, every runbook rehearsed, and enough of each covered. */
export function isGood({ rehearsed, unrehearsed, problems }: RehearsalReport, minCoverage: number): boolean {
  const isCovered = ({ coverage }: Rehearsed) => coverage === null || coverage.percent >= minCoverage;
  const allPassed = rehearsed.every((one) => one.cases.every(({ passed }) => passed) && isCovered(one));
  return allPassed && unrehearsed.length === 0 && problems.length === 0;
}
