import type { RotationId } from './ids.ts';
import type { Key } from './key.ts';
import type { ClassRule } from './key-class.ts';
import type { Policy } from './policy.ts';
import type { Rotation } from './rotation.ts';
import { dayOf, dueAtOf, planStart } from './schedule.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** `scheduled`: on the calendar. `expected`: the schedule will put it there. `by_hand`: a person has to ask for it. */
export interface CalendarRow {
  how: 'scheduled' | 'expected' | 'by_hand';
  at: Date;
  key: Pick<Key, 'id' | 'slug' | 'version' | 'class' | 'service' | 'environment' | 'owner'>;
  rotation: RotationId | null;
  /** When the key reaches its max age, or has to be replaced before it expires; in the past: it is overdue. Null: age means nothing for it. */
  dueAt: Date | null;
}

export interface CalendarDay {
  /** In the team's zone: `2027-03-11`. */
  day: string;
  rows: CalendarRow[];
  /** Rotations that begin by themselves have reached what the policy allows on one day. */
  isFull: boolean;
}

export interface Forecast {
  now: Date;
  days: number;
  policy: Policy;
  scheduled: readonly { rotation: Rotation; key: Key; rule: ClassRule }[];
  /** Keys without a rotation that will be due, and whether the schedule may rotate them. */
  aging: readonly { key: Key; rule: ClassRule; alone: boolean }[];
}

/** Which rotations will be due on which of the next days, as far as today's keys and rules say; days without any are left out. */
export function forecast({ now, days, policy, scheduled, aging }: Forecast): CalendarDay[] {
  const { time_zone: timeZone } = policy.team;
  const mostPerDay = policy.rotations.most_per_day;
  const rows: CalendarRow[] = scheduled.map(({ rotation, key, rule }) => ({
    how: 'scheduled',
    at: rotation.scheduledAt,
    key,
    rotation: rotation.id,
    dueAt: dueAtOf(key, { rule, policy }),
  }));
  const taken = new Map<string, number>();
  const take = (at: Date) => taken.set(dayOf(at, timeZone), (taken.get(dayOf(at, timeZone)) ?? 0) + 1);
  for (const { at } of rows) take(at);
  for (const { key, rule, alone, dueAt } of inOrder(aging, policy)) {
    const earliest = new Date(now.getTime() + rule.leadHours * HOUR_MS);
    const load = { mostPerDay, taken };
    const at = alone ? planStart(key, { dueAt, earliest, rules: { rule, policy }, load }).at : later(dueAt, now);
    if (alone) take(at);
    rows.push({ how: alone ? 'expected' : 'by_hand', at, key, rotation: null, dueAt });
  }
  const end = new Date(now.getTime() + days * DAY_MS);
  const byDay = Map.groupBy(rows.filter(({ at }) => at < end).sort(byTime), ({ at }) => dayOf(at, timeZone));
  return [...byDay].map(([day, ofDay]) => ({ day, rows: ofDay, isFull: (taken.get(day) ?? 0) >= mostPerDay }));
}

/** The most urgent first, as the schedule will come to them. */
function inOrder(aging: Forecast['aging'], policy: Policy) {
  return aging
    .flatMap((one) => {
      const dueAt = dueAtOf(one.key, { rule: one.rule, policy });
      return dueAt === null ? [] : [{ ...one, dueAt }];
    })
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}

function byTime(a: CalendarRow, b: CalendarRow): number {
  return a.at.getTime() - b.at.getTime() || a.key.slug.localeCompare(b.key.slug);
}

function later(a: Date, b: Date): Date {
  return new Date(Math.max(a.getTime(), b.getTime()));
}
