import type { Ask } from './incident.ts';
import type { Plan } from './plan.ts';
import type { Run, StepRecord } from './run.ts';

/** Why nobody waits for this answer any more; null while somebody does. That it was answered already is not asked here. */
export interface AskOver {
  code: 'pushed_back' | 'run_over' | 'question_over';
  sentence: string;
}

/** `planOf`: null when the text of the run can no longer be read; then what is asked at its end is over with it. */
export function askOver(
  ask: Pick<Ask, 'id' | 'step' | 'pushedBack'>,
  run: Run,
  planOf: () => Plan | null,
): AskOver | null {
  const { pushedBack } = ask;
  if (pushedBack !== null) {
    const sentence = `${pushedBack.by} sent this back to step ${pushedBack.to} at ${pushedBack.at.toISOString()}: ${pushedBack.reason}`;
    return { code: 'pushed_back', sentence };
  }
  const over = whyOver(run);
  // What is asked in `finally` is asked of a run that has stopped, too.
  if (over !== null && (run.finishedAt !== null || !isAskedAtTheEnd(planOf(), ask)))
    return { code: 'run_over', sentence: `${over}, so nobody waits for this answer any more.` };
  if (waitsFor(run.steps[ask.step], ask)) return null;
  return {
    code: 'question_over',
    sentence: `The run went on without this answer; look at the newest message of ${run.id}.`,
  };
}

function whyOver(run: Run): string | null {
  if (run.finishedAt !== null) return `${run.id} ended at ${run.finishedAt.toISOString()} (${run.outcome})`;
  if (run.cancelRequestedAt !== null) return `${run.id} is being cancelled`;
  if (run.overdueAt !== null) return `The deadline of ${run.id} has passed and it stops`;
  return run.stoppedAt === null ? null : `${run.id} has stopped at ${run.stoppedAt.toISOString()}`;
}

function isAskedAtTheEnd(plan: Plan | null, { step }: Pick<Ask, 'step'>): boolean {
  return plan?.finally.flat().some(({ id }) => id === step) ?? false;
}

function waitsFor(record: StepRecord | undefined, { id }: Pick<Ask, 'id'>): boolean {
  if (record?.state !== 'waiting') return false;
  const waiting = record.waiting.kind === 'retry' ? record.waiting.resumes : record.waiting;
  return waiting?.kind === 'ask' && waiting.id === id;
}
