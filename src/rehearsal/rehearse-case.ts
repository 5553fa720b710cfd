import { performance } from 'node:perf_hooks';
import { Refusal, sentenceOf } from '../errors.ts';
import type { LoadedRunbook } from '../runbook/loaded.ts';
import { beginCase } from './begin.ts';
import { type Comparison, compare } from './compare.ts';
import type { Expectation } from './expect-schema.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { play } from './play.ts';
import type { Rehearsal, RehearsalCase } from './schema.ts';
import type { Room } from './scratch.ts';
import { type House, openStage, type Stage } from './stage.ts';
import { nothingTaken, type Taken, takenIn } from './taken.ts';

export interface CaseResult {
  name: string;
  passed: boolean;
  /** Why not, in sentences; empty when it passed. */
  problems: string[];
  expected: Expectation;
  comparison: Comparison | null;
  outcome: Outcome | null;
  taken: Taken;
  tookMs: number;
}

interface Rehearsing {
  house: House;
  rehearsal: Rehearsal;
  runbook: LoadedRunbook;
  room: Room;
}

/** Plays one case from an empty ledger to its end, and says what is otherwise than its file expects. */
export async function rehearseCase(rehearsing: Rehearsing, one: RehearsalCase): Promise<CaseResult> {
  const began = performance.now();
  const result = await played(rehearsing, one).catch(cannotBePlayed);
  const { name, expect: expected = {} } = one;
  return { ...result, name, expected, passed: result.problems.length === 0, tookMs: performance.now() - began };
}

type Played = Pick<CaseResult, 'problems' | 'comparison' | 'outcome' | 'taken'>;

async function played(rehearsing: Rehearsing, one: RehearsalCase): Promise<Played> {
  const stage = await openStage(rehearsing, one);
  try {
    const root = await beginCase(stage, one, rehearsing.runbook);
    await play(stage, root, one);
    const outcome = await outcomeOf(stage, root);
    const comparison = compare(one.expect ?? {}, outcome);
    const taken = takenIn(stage);
    const problems = [
      ...stage.complaints,
      ...comparison.differences,
      ...unspoken(stage),
      ...uncovered(one, taken, rehearsing.runbook.id),
    ];
    return { problems, comparison, outcome, taken };
  } finally {
    await stage.close();
  }
}

// What the file says wrongly is told like a difference; anything else is a fault of Rekey and stops the rehearsal.
function cannotBePlayed(error: unknown): Played {
  if (!(error instanceof Refusal)) throw error;
  return { problems: [sentenceOf(error)], comparison: null, outcome: null, taken: nothingTaken() };
}

/** A line that nobody needed is a sign that the case does not go where its author thinks. */
function unspoken({ answers, replies, crash }: Stage): string[] {
  const nobody = (name: string) => answers.peek([name]) === 'nobody';
  return [
    ...answers
      .left()
      .flatMap((name) => (nobody(name) ? [] : [`answers.${name}: nobody was asked that, or not so often`])),
    ...replies.left().map((name) => `outside.${name}: the step did not ask that, or not so often`),
    ...crash.map(({ at, step }) => `crash: ${step} never came to “${at}”`),
  ];
}

function uncovered({ covers }: RehearsalCase, { branches }: Taken, runbook: string): string[] {
  const taken = branches.get(runbook) ?? new Set();
  return covers.filter((branch) => !taken.has(branch)).map((branch) => `covers: ${branch} is not taken in this case`);
}
