import type { RunId } from './ids.ts';

/** The run's own deadline, `at`, has passed: from here on it stops. */
export type DeadlineEvent = { type: 'run_overdue'; run: RunId; at: Date; why: string };

/** A step that failed, or a cancel, ends its stages: from here on nobody decides in it any more, and the runs that it started stop with it. */
export type StopEvent = { type: 'run_stopped'; run: RunId; outcome: 'failed' | 'cancelled'; why: string };
