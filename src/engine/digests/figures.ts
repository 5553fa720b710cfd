import { oldestAllowed } from '../../domain/compliance.ts';
import type { WeekFigures } from '../../domain/digest/digest.ts';
import { OUTLOOK_DAYS, outlookOf, weekStarts } from '../../domain/digest/outlook.ts';
import { schedulerWord } from '../../domain/rotation.ts';
import { forecastRotations } from '../scheduler/forecast.ts';
import type { DigestsDeps, Rules } from './deps.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
/** Rotations and keys of each class, the most urgent first: what is behind them is not in the next weeks. */
const MOST_FORECAST = 500;

/** What the summary of a week says, besides the keys. */
export async function figuresNow(deps: DigestsDeps, { now, policy, rules }: Rules): Promise<WeekFigures> {
  const { read } = deps.ledger;
  const ended = (await read.rotationsEndedSince(new Date(now.getTime() - WEEK_MS))).map(({ state }) =>
    schedulerWord(state),
  );
  const starts = weekStarts(now, policy.team.time_zone);
  const expiring = await read.expiriesBetween(starts.map(({ at }) => at));
  const calendar = await forecastRotations(deps, { days: OUTLOOK_DAYS, limit: MOST_FORECAST });
  return {
    compliance: await complianceNow(deps, { now, rules }),
    rotations: {
      completed: ended.filter((word) => word === 'completed').length,
      failed: ended.filter((word) => word === 'failed').length,
    },
    weeks: outlookOf(starts, { expiring, calendar }),
    picture: policy.digest.picture,
  };
}

async function complianceNow(
  { ledger: { read } }: DigestsDeps,
  { now, rules }: Pick<Rules, 'now' | 'rules'>,
): Promise<WeekFigures['compliance']> {
  let overdue = 0;
  const aging = new Set<string>();
  for (const [keyClass, { maxAgeDays }] of rules) {
    if (maxAgeDays === null || keyClass === 'ephemeral') continue;
    aging.add(keyClass);
    overdue += await read.countOlderThan(keyClass, oldestAllowed(maxAgeDays, now));
  }
  const counts = (await read.keyCounts()).filter((one) => one.state === 'active' && aging.has(one.class));
  const judged = counts.reduce((sum, { count }) => sum + count, 0);
  const compliant = Math.max(0, judged - overdue);
  return { percentage: judged === 0 ? 100 : Math.floor((compliant / judged) * 100), judged, overdue };
}

export function isEmpty({ weeks, rotations, compliance }: WeekFigures): boolean {
  const ahead = weeks.some(({ expiring, rotating, byHand }) => expiring + rotating + byHand > 0);
  return !ahead && rotations.completed + rotations.failed + compliance.overdue === 0;
}
