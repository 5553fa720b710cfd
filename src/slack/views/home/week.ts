import type { KnownBlock } from '@slack/types';
import { type FirstWeekStep, isWeekDone } from '../../../domain/first-week.ts';
import { actions, bold, bullets, button, type Line, line } from '../../blocks.ts';
import { cut } from '../../text.ts';

export type Week = readonly FirstWeekStep[];

export const PUT_WEEK_AWAY = 'put_week_away';

/** The guide's plan of seven days; one line once all of it is done. */
export function weekBlocks(week: Week | null): KnownBlock[] {
  if (week === null) return [];
  const away = actions('week', [button({ action: PUT_WEEK_AWAY, token: 'week', label: 'Put this away' })]);
  if (isWeekDone(week))
    return [line(bold('The first week is done: '), 'every point is ticked off by the ledger.'), ...away];
  const done = week.filter((step) => step.done).length;
  const points = week.map(
    (step): Line => [
      step.done ? '✓ ' : '○ ',
      bold(`${step.day}: ${step.what}`),
      ` (${step.done ? 'done' : 'to do'}: ${cut(step.fact, 200)})`,
    ],
  );
  return [bullets([bold(`Your first week: ${done} of ${week.length} done`)], points), ...away];
}
