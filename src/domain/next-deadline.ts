import { type Deadline, deadlineOf, deadlineOfRun } from './deadlines.ts';
import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import type { Run, Waiting } from './run.ts';

/** Whichever ends something first: of a step that has begun, of its phase, of the run, or of an offer to people; null without any. */
export function nextDeadline(plan: Plan, run: Run): Deadline | null {
  if (run.finishedAt !== null) return null;
  const under = stepsOf(plan).flatMap((step) => ofStep(plan, run, step));
  // What comes after the stages is not cut short by the run's deadline.
  const ofRun = run.stoppedAt === null && run.overdueAt === null ? deadlineOfRun(plan, run) : null;
  return [...under, ...(ofRun === null ? [] : [ofRun])].reduce<Deadline | null>(
    (first, one) => (first === null || one.at < first.at ? one : first),
    null,
  );
}

function ofStep(plan: Plan, run: Run, step: PlannedStep): Deadline[] {
  const record = run.steps[step.id];
  if (record?.state !== 'started' && record?.state !== 'waiting') return [];
  const own = deadlineOf(plan, run, step);
  const offered = record.state === 'waiting' && !record.answered ? ofWait(step, record.waiting) : null;
  return [own, offered].filter((one) => one !== null);
}

function ofWait({ id }: PlannedStep, waiting: Waiting): Deadline | null {
  switch (waiting.kind) {
    case 'approval':
      return waiting.until === null
        ? null
        : { at: waiting.until, name: `of the approval ${id}: who is asked next, or its end` };
    case 'claim':
      return { at: waiting.until, name: `end of the offer ${id}` };
    case 'peers':
      return { at: waiting.until, name: `end of the wait for peers in ${id}` };
    // What is looked at then goes on by itself, or waits longer.
    case 'ask':
    case 'run':
    case 'each':
    case 'time':
    case 'look':
    case 'retry':
      return null;
    default:
      return waiting satisfies never;
  }
}
