import { type Measure, measuresOf } from './metrics.ts';
import type { Rotation } from './rotation.ts';

/** What was recorded of a period. What only a probe or a caller of that day could tell is not measured after it. */
export interface PeriodFacts {
  ended: readonly Pick<Rotation, 'state' | 'startedAt' | 'createdAt' | 'verifiedAt' | 'endedAt' | 'mode'>[];
  attempts: { failed: number; all: number };
  canaries: number;
  canariesReturned: number;
  /** Alerts that say that a secret was seen where it must not be. */
  exposures: number;
  /** Lines of the audit between its first and its last number, and how many of them are there. */
  lines: { written: number; expected: number };
}

/** M1 to M10 of a week, a month or a quarter. What was cancelled or gave way was not tried, and counts neither way. */
export function periodMeasures({ ended, attempts, lines, ...seen }: PeriodFacts): Measure[] {
  const tried = ended.filter(({ state }) => state !== 'cancelled' && state !== 'preempted');
  const broken = tried.filter(({ state }) => state === 'failed' || state === 'rolled_back');
  return measuresOf({
    rotations: tried.map(({ state, startedAt, createdAt, verifiedAt }) => ({
      initiatedAt: startedAt ?? createdAt,
      activeAt: verifiedAt,
      completed: state === 'completed',
    })),
    dayAfter: null,
    rejectedInHour: null,
    revocations: [],
    attempts,
    events: lines,
    canaries: { failed: seen.canariesReturned, all: seen.canaries },
    exposures: seen.exposures === 0 ? null : seen.exposures,
    failures: broken.flatMap(({ state, startedAt, createdAt, endedAt }) =>
      endedAt === null
        ? []
        : // Taken back is working again with the old key; a failed one left it open.
          [{ failedAt: startedAt ?? createdAt, restoredAt: state === 'rolled_back' ? endedAt : null }],
    ),
  });
}
