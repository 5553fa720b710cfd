import type { RunId } from './ids.ts';
import type { StepRecord } from './run.ts';

/** What people do with a run. Who did it is the actor of the line. */
export type ControlEvent =
  | { type: 'run_paused'; run: RunId; reason: string }
  | { type: 'run_resumed'; run: RunId; reason: string }
  /** It had failed, and goes on. */
  | { type: 'run_reopened'; run: RunId; reason: string }
  | { type: 'step_skipped'; run: RunId; record: StepRecord; reason: string }
  /** Steps that are to be begun again, in the order of the runbook; their next generation begins when they start. */
  | { type: 'steps_reset'; run: RunId; records: StepRecord[]; reason: string };
