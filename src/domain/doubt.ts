import type { Actor, RunId, StepId } from './ids.ts';
import { stopOf } from './moves.ts';
import { type Plan, stepsOf } from './plan.ts';
import type { Run, StepRecord } from './run.ts';
import { valueLines } from './value-lines.ts';

export type InDoubt = StepRecord & { state: 'in_doubt' };

/** "Did it happen?", with what is known of it and what each answer leads to. */
export interface Doubt {
  run: RunId;
  runbook: string;
  requestedBy: Actor;
  step: StepId;
  uses: string;
  question: string;
  startedAt: Date;
  attempts: number;
  /** What the step was given, one line each: `key.slug: payments-prod`. A secret is only named as one. */
  given: string[];
  yesLeadsTo: string;
  noLeadsTo: string;
}

export function doubtAbout(plan: Plan, run: Run, record: InDoubt): Doubt {
  const planned = stepsOf(plan).find((step) => step.id === record.step);
  return {
    run: run.id,
    runbook: run.runbook.id,
    requestedBy: run.requestedBy,
    step: record.step,
    uses: planned?.uses ?? 'step',
    question: record.question,
    startedAt: record.startedAt,
    attempts: record.attempts,
    given: valueLines(record.input ?? {}),
    ...leadsTo(plan, run, planned?.undo === 'point_of_no_return'),
  };
}

function leadsTo(plan: Plan, run: Run, isFinal: boolean): Pick<Doubt, 'yesLeadsTo' | 'noLeadsTo'> {
  if (stopOf(plan, run) === null)
    return {
      yesLeadsTo: 'It is recorded as done, with what Rekey finds of it, and the run goes on after it.',
      noLeadsTo: 'It is done now, under the same token, so that it cannot happen twice where that is known.',
    };
  return {
    yesLeadsTo: isFinal
      ? 'It is recorded as done. The run has stopped, and nothing is taken back, for this cannot be.'
      : 'It is recorded as done, and taken back with the rest, for the run has stopped.',
    noLeadsTo: 'It is left out. The run has stopped, and takes back what it did before.',
  };
}
