import type { FanOutChange, FanOutItem } from './fan-out.ts';
import type { RunId, StepId } from './ids.ts';

/** How a step with `each` goes on: its list once for each generation, then only what changed. */
export type FanOutEvent =
  | { type: 'fan_out_planned'; run: RunId; step: StepId; items: FanOutItem[] }
  | ({ type: 'fan_out_moved'; run: RunId; step: StepId; generation: number } & FanOutChange);
