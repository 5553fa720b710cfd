import type { StepContext } from './contract.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Callers that used a key from here on count as affected: a week before the failures began, so that weekly jobs are among them. */
export function affectedSince({ incident, now }: Pick<StepContext, 'incident' | 'now'>): Date {
  return new Date((incident?.startedAt ?? now()).getTime() - WEEK_MS);
}
