import { durationText } from '../domain/duration.ts';
import { type Stage, stepsOf } from '../domain/plan.ts';
import type { Phase } from '../domain/run.ts';
import { durationMs } from '../steps/fields.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';
import { joinPath } from './node.ts';
import type { Complaint, RunbookProblem } from './problem.ts';

/** Deadlines that the runbook cannot keep even when everything goes as it says: what it waits, and when it reminds people, takes longer. */
export function lintDeadlines(runbook: LoadedRunbook): RunbookProblem[] {
  return [...ofRunAndPhases(runbook), ...ofSteps(runbook)];
}

function ofRunAndPhases(runbook: LoadedRunbook): RunbookProblem[] {
  const { plan, deadlinesAt, file } = runbook;
  return [...deadlinesAt].flatMap(([of, at]) => {
    const deadlineMs = plan.deadlinesMs[of];
    const stages = plan.stages.filter((stage) => of === 'run' || stage.some((step) => step.phase === of));
    const takesMs = sum(stages.map((stage) => longestOf(stage, runbook)));
    if (deadlineMs === undefined || takesMs < deadlineMs) return [];
    return [{ file, ...at, path: joinPath('deadlines', of), ...tooShort(of, deadlineMs, takesMs) }];
  });
}

function ofSteps({ plan, steps, file }: LoadedRunbook): RunbookProblem[] {
  return stepsOf(plan).flatMap(({ id, deadlineMs }) => {
    const source = steps.find((step) => step.id === id);
    if (source === undefined || deadlineMs === null || waitOf(source) < deadlineMs) return [];
    return [
      { file, ...source.at, path: joinPath(source.path, 'deadline'), ...tooShort(id, deadlineMs, waitOf(source)) },
    ];
  });
}

function tooShort(of: Phase | 'run' | string, deadlineMs: number, takesMs: number): Complaint {
  return {
    expected: `a deadline of ${of} that is longer than what is waited in it (${durationText(takesMs)})`,
    got: `\`${durationText(deadlineMs)}\``,
    fix: 'write a longer deadline, or wait less',
  };
}

/** What a stage takes at least when its steps run; one with a condition may be left out. */
function longestOf(stage: Stage, { steps }: LoadedRunbook): number {
  const certain = stage.filter((step) => step.when === null);
  return Math.max(0, ...certain.map(({ id }) => waitOf(steps.find((step) => step.id === id))));
}

// A condition may hold at the first look, and people may answer at once: but by `due` they are expected to have answered, not before.
function waitOf(step: SourceStep | undefined): number {
  if (step === undefined) return 0;
  const waits = step.mentions.find(({ meaning, path }) => meaning === 'duration' && path === `${step.path}.with.for`);
  const written = step.kind.uses === 'wait' ? (waits?.name ?? null) : step.due;
  return written === null ? 0 : (durationMs(written) ?? 0);
}

function sum(ms: readonly number[]): number {
  return ms.reduce((total, one) => total + one, 0);
}
