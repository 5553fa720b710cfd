import type { RunId } from './ids.ts';

/** The run's own deadline, `at`, has passed: from here on it stops. */
export type DeadlineEvent = { type: 'run_overdue'; run: RunId; at: Date; why: string };
