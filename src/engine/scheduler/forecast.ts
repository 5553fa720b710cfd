import { type CalendarDay, forecast } from '../../domain/calendar.ts';
import { KeyClass } from '../../domain/key.ts';
import { beforeExpiryMs } from '../../domain/schedule.ts';
import type { EngineDeps } from '../deps.ts';
import { canRotateAlone } from './rotates-alone.ts';

const DAY_MS = 24 * 3_600_000;

export type ForecastDeps = Pick<
  EngineDeps,
  'ledger' | 'policy' | 'classRule' | 'runbooks' | 'providers' | 'sinks' | 'now'
>;

/** The rotation calendar of the next days, for the digest and the CLI. `limit` rotations and keys of each class, the most urgent first. */
export async function forecastRotations(
  deps: ForecastDeps,
  { days, limit }: { days: number; limit: number },
): Promise<CalendarDay[]> {
  const { policy } = await deps.policy();
  const { read } = deps.ledger;
  const now = deps.now();
  const planned = await read.dueRotations(new Date(now.getTime() + days * DAY_MS), limit);
  const scheduled = [];
  for (const rotation of planned) {
    const key = await read.key(rotation.key);
    if (key !== null) scheduled.push({ rotation, key, rule: await deps.classRule(key.class) });
  }
  const aging = [];
  for (const keyClass of KeyClass.options) {
    const rule = await deps.classRule(keyClass);
    if (rule.maxAgeDays === null) continue;
    const aheadMs = (days - rule.maxAgeDays) * DAY_MS + beforeExpiryMs({ rule, policy });
    const activatedBefore = new Date(now.getTime() + aheadMs);
    for (const key of await read.overdueKeys({ class: keyClass, activatedBefore, limit }))
      aging.push({ key, rule, alone: canRotateAlone(deps, key, rule) });
  }
  return forecast({ now, days, policy, scheduled, aging });
}
