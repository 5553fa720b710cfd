import { durationText } from './duration.ts';
import { instantText } from './instant.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { Run, StepRecord, Waiting } from './run.ts';

/** An instant by which something has to be over, and what people call it: `deadline of contain (15m)`. */
export interface Deadline {
  at: Date;
  name: string;
}

/** `deadline of contain (15m) passed at 2026-11-21 12:15:00 UTC` */
export function passedText({ at, name }: Deadline): string {
  return `${name} passed at ${instantText(at)}`;
}

/** The instant itself counts as passed. */
export function hasPassed({ at }: Deadline, now: Date): boolean {
  return at.getTime() <= now.getTime();
}

/**
 * The first of what ends this step: its own deadline, from its first attempt on, and that of its phase, from the first start in the phase
 * on. Null while neither is known. Nothing but its own deadline ends a step of `finally`.
 */
export function deadlineOf(plan: Plan, run: Run, step: PlannedStep): Deadline | null {
  return earliest(ownDeadline(step, run.steps[step.id]), phaseDeadline(plan, run, step.phase));
}

/** From the start of the run, or from when a person opened it again. */
export function deadlineOfRun(plan: Plan, run: Run): Deadline | null {
  const ms = plan.deadlinesMs.run;
  if (ms === undefined) return null;
  return { at: later(run.deadlinesFrom ?? run.startedAt, ms), name: `deadline of the run (${durationText(ms)})` };
}

/** Until when an attempt of this step may go on, besides its own time-out. */
export function latestEnd(plan: Plan, run: Run, step: PlannedStep): Date | null {
  const ofRun = step.phase === 'finally' ? null : deadlineOfRun(plan, run);
  return earliest(deadlineOf(plan, run, step), ofRun)?.at ?? null;
}

function ownDeadline({ id, deadlineMs }: PlannedStep, record: StepRecord | undefined): Deadline | null {
  if (deadlineMs === null || record === undefined || record.state === 'reset') return null;
  return { at: later(record.startedAt, deadlineMs), name: `deadline of ${id} (${durationText(deadlineMs)})` };
}

function phaseDeadline(plan: Plan, run: Run, phase: PlannedStep['phase']): Deadline | null {
  const ms = phase === 'finally' ? undefined : plan.deadlinesMs[phase];
  if (ms === undefined) return null;
  const ofPhase = plan.stages.flat().filter((step) => step.phase === phase);
  const began = firstStart(ofPhase.flatMap((step) => run.steps[step.id] ?? []));
  if (began === null) return null;
  const from = run.deadlinesFrom !== null && run.deadlinesFrom > began ? run.deadlinesFrom : began;
  return { at: later(from, ms), name: `deadline of ${phase} (${durationText(ms)})` };
}

/** Among the records of the newest generation: what a person wants done again has its time again, from when it begins. */
function firstStart(records: readonly StepRecord[]): Date | null {
  const newest = Math.max(...records.map((record) => record.generation));
  const begun = records.filter((record) => record.generation === newest);
  if (begun.length === 0 || begun.some((record) => record.state === 'reset')) return null;
  return new Date(Math.min(...begun.map((record) => record.startedAt.getTime())));
}

function earliest(a: Deadline | null, b: Deadline | null): Deadline | null {
  if (a === null || b === null) return a ?? b;
  return b.at < a.at ? b : a;
}

function later(from: Date, ms: number): Date {
  return new Date(from.getTime() + ms);
}

/** Why a step is over that a deadline has ended: what it was doing then, for whoever reads it. */
export function overdueText(deadline: Deadline, record: StepRecord | undefined): string {
  return `${passedText(deadline)}${doing(record)}`;
}

function doing(record: StepRecord | undefined): string {
  if (record === undefined) return ', before this step began';
  return record.state === 'waiting' ? ` while it ${waitText(record.waiting)}` : '';
}

function waitText(waiting: Waiting): string {
  switch (waiting.kind) {
    case 'approval':
      return 'waited for an approval';
    case 'ask':
      return 'waited for an answer';
    case 'run':
      return `waited for ${waiting.id}`;
    case 'each':
      return 'waited for the runs that it had started';
    case 'claim':
      return 'waited for the recipient of the new key';
    case 'peers':
      return 'waited for the peers';
    case 'time':
      return 'waited';
    case 'look':
      return 'waited for its condition';
    case 'retry':
      return `waited for another try: ${waiting.error}`;
    default:
      return waiting satisfies never;
  }
}
