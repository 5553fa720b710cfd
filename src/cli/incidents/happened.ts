import { lastShowingOf } from '../../domain/clock-past.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';

/** `--at` on a clock of the team's zone; now when nothing is said. */
export function happened(at: string | undefined, { team }: Pick<Policy, 'team'>): Date {
  const now = new Date();
  const found = at === undefined ? now : lastShowingOf(at, now, team.time_zone);
  if (found !== null) return found;
  throw new Refusal('bad_time', `--at takes 03:12 or 2026-11-21T03:12, in ${team.time_zone}; you wrote ${at}.`);
}
