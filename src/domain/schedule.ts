import type { Key } from './key.ts';
import type { ClassRule } from './key-class.ts';
import type { Policy } from './policy.ts';
import type { Rotation, RotationState } from './rotation.ts';
import { nextStart, type Start, type StartRules, startIfAny } from './windows.ts';
import { firstShowing, wallClock } from './zoned.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LONGEST_BACK_OFF_MS = 7 * DAY_MS;

/** How long before it is due a key is put on the calendar, besides the lead notice: room to keep clear of weekends and full days. */
export const LOOK_AHEAD_MS = 7 * DAY_MS;
const LOOK_BEHIND_MS = 14 * DAY_MS;

/** The rules that hold for one key: of its class, and of the team. */
export interface KeyRules {
  rule: ClassRule;
  policy: Pick<Policy, 'team' | 'freezes' | 'rotations'>;
}

export function startRulesOf(key: Pick<Key, 'environment'>, { rule, policy }: KeyRules): StartRules {
  const { team, freezes } = policy;
  return { windows: rule.windows, freezes, timeZone: team.time_zone, environment: key.environment };
}

/**
 * When a key should be replaced: when it reaches the max age of its class; where it expires then, early enough for its grace and for a second
 * try after a failed one. Null: never by the clock, as what lives for hours, and what was given a shorter life than its class allows: whoever
 * did that wanted it to end.
 */
export function dueAtOf(key: Aging, rules: KeyRules): Date | null {
  const { maxAgeDays } = rules.rule;
  if (key.class === 'ephemeral' || key.activatedAt === null || maxAgeDays === null) return null;
  const byAge = key.activatedAt.getTime() + maxAgeDays * DAY_MS;
  if (key.expiresAt === null) return new Date(byAge);
  const bornAt = Math.min(key.createdAt.getTime(), key.activatedAt.getTime());
  if (key.expiresAt.getTime() - bornAt < (maxAgeDays - 1) * DAY_MS) return null;
  return new Date(Math.min(byAge, key.expiresAt.getTime() - beforeExpiryMs(rules)));
}

type Aging = Pick<Key, 'class' | 'createdAt' | 'activatedAt' | 'expiresAt'>;

/** How long before its expiry a key is due. */
export function beforeExpiryMs({ rule, policy }: KeyRules): number {
  return (rule.graceHours.default + policy.rotations.minimum_interval_hours) * HOUR_MS;
}

/** Whether the schedule may rotate it: nobody has to carry anything anywhere. Others are listed as overdue, for people to rotate. */
export function rotatesAlone(
  key: Pick<Key, 'class' | 'provider' | 'delivery' | 'compromisedAt'>,
  known: { rule: ClassRule; providers: readonly string[]; sinks: readonly string[] },
): boolean {
  const { rule, providers, sinks } = known;
  if (key.class === 'ephemeral' || !rule.automatic || !rule.revocable || key.compromisedAt !== null) return false;
  return key.delivery !== null && sinks.includes(key.delivery.sink) && providers.includes(key.provider);
}

const UNSUCCESSFUL: readonly RotationState[] = ['failed', 'rolled_back', 'cancelled'];

/** After a rotation that came to nothing: the minimum interval, twice as long after each further one, a week at most. Null: at any time. */
export function backOffUntil(newestFirst: readonly Rotation[], policy: KeyRules['policy']): Date | null {
  const firstOther = newestFirst.findIndex(({ state }) => !UNSUCCESSFUL.includes(state));
  const failures = firstOther === -1 ? newestFirst.length : firstOther;
  const endedAt = newestFirst[0]?.endedAt ?? null;
  if (failures === 0 || endedAt === null) return null;
  const intervalMs = policy.rotations.minimum_interval_hours * HOUR_MS;
  const waitMs = Math.min(intervalMs * 2 ** (failures - 1), Math.max(intervalMs, LONGEST_BACK_OFF_MS));
  return new Date(endedAt.getTime() + waitMs);
}

/** How many rotations begin on each day of the team's zone (`2027-03-11`), and how many should at most. */
export interface Load {
  mostPerDay: number;
  taken: ReadonlyMap<string, number>;
}

/**
 * When the rotation of a key should begin: as late as its due date allows, on a day that has room; after it, when no such day is left; and on
 * the emptiest of the days it can have, when windows, freezes or its own end leave none with room.
 * Throws Refusal `never_opens` as nextStart does.
 */
export function planStart(
  key: Pick<Key, 'environment' | 'expiresAt'>,
  when: { dueAt: Date; earliest: Date; rules: KeyRules; load: Load },
): Start {
  const { dueAt, earliest, load } = when;
  const rules = startRulesOf(key, when.rules);
  const first = nextStart(new Date(Math.max(dueAt.getTime(), earliest.getTime())), rules);
  let emptiest: { start: Start; taken: number } | null = null;
  for (const start of startsAround(first, { dueAt, earliest, rules })) {
    if (key.expiresAt !== null && start.at >= key.expiresAt) continue;
    const taken = load.taken.get(dayOf(start.at, rules.timeZone)) ?? 0;
    if (taken < load.mostPerDay) return start;
    if (emptiest === null || taken < emptiest.taken) emptiest = { start, taken };
  }
  return emptiest?.start ?? first;
}

/** The ones that are possible, the best first. */
function* startsAround(
  first: Start,
  { dueAt, earliest, rules }: { dueAt: Date; earliest: Date; rules: StartRules },
): Generator<Start> {
  yield* startsBefore(dueAt, earliest, rules);
  yield* startsFrom(first, rules);
}

/** Not later than the due date, the latest first. */
function* startsBefore(dueAt: Date, earliest: Date, rules: StartRules): Generator<Start> {
  for (let back = 0; back <= LOOK_AHEAD_MS; back += DAY_MS) {
    const from = new Date(dueAt.getTime() - back);
    if (from < earliest) return;
    const start = startIfAny(from, rules);
    if (start !== null && start.at <= dueAt) yield start;
  }
}

/** On each day that is open, for two weeks: at the time of day of the first one, and as soon as the day opens. */
function* startsFrom(first: Start, rules: StartRules): Generator<Start> {
  yield first;
  for (let last = first; ; ) {
    const opening = startIfAny(midnightAfter(last.at, rules.timeZone), rules);
    if (opening === null || opening.at.getTime() - first.at.getTime() > LOOK_BEHIND_MS) return;
    const sameTime = startIfAny(new Date(last.at.getTime() + DAY_MS), rules);
    const isThatDay = sameTime !== null && dayOf(sameTime.at, rules.timeZone) === dayOf(opening.at, rules.timeZone);
    if (isThatDay) yield sameTime;
    yield opening;
    last = isThatDay ? sameTime : opening;
  }
}

/** The day that a calendar on the wall of this zone shows: `2027-03-11`. */
export function dayOf(at: Date, timeZone: string): string {
  return wallClock(at, timeZone).toISOString().slice(0, 10);
}

function midnightAfter(at: Date, timeZone: string): Date {
  const tomorrow = new Date(wallClock(at, timeZone).getTime() + DAY_MS).toISOString().slice(0, 10);
  return firstShowing(`${tomorrow}T00:00`, timeZone);
}

/** Why a key was put on the calendar, for its history and for whoever approves it. */
export function reasonFor(key: Key, { rule }: KeyRules, { held }: Start): string {
  const byAge = `${key.class} keys are replaced every ${rule.maxAgeDays} days; this one is in use since ${key.activatedAt?.toISOString().slice(0, 10)}`;
  const byEnd = key.expiresAt === null ? '' : ` and expires on ${key.expiresAt.toISOString().slice(0, 10)}`;
  return `Scheduled: ${byAge}${byEnd}.${held === null ? '' : ` It waits for ${held}.`}`;
}
