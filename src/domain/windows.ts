import { Refusal } from '../errors.ts';
import { instantText } from './instant.ts';
import { WEEKDAYS, type Window } from './key-class.ts';
import type { Policy } from './policy.ts';
import { firstShowing, lastShowing, nextOffsetChange, wallClock } from './zoned.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
// Who is sent further ahead than this was not given a date but a no.
const HORIZON_DAYS = 400;

/** When planned rotations of one key may begin. No windows: at any time. */
export interface StartRules {
  windows: readonly Window[];
  freezes: Policy['freezes'];
  timeZone: string;
  environment: string;
}

interface Hold {
  name: string;
  until: Date;
}

export interface Start {
  at: Date;
  /** In words what moved it; null: nothing did. */
  held: string | null;
}

/**
 * The first instant at or after `at` that is inside a window and outside every freeze of this environment. A window is open while the clock
 * on the wall shows its hours: not on a day that leaves them out, twice on a night that repeats them. A freeze has no gaps: it lasts from the
 * first time the clock shows `from` until the last time it shows `to`. Throws Refusal `never_opens` when nothing opens within 400 days.
 */
export function nextStart(at: Date, rules: StartRules): Start {
  const found = lookAhead(at, rules);
  if (found.at !== null) return { at: found.at, held: found.held };
  throw new Refusal(
    'never_opens',
    `No planned rotation can begin from ${instantText(at)} until ${HORIZON_DAYS} days later, because of ${found.held}. Shorten the freezes in policy.yaml or widen the windows in key-classes.yaml.`,
  );
}

/** The same where a date is only one of several to choose from: null when nothing opens within 400 days. */
export function startIfAny(at: Date, rules: StartRules): Start | null {
  const found = lookAhead(at, rules);
  return found.at === null ? null : { at: found.at, held: found.held };
}

function lookAhead(at: Date, rules: StartRules): { at: Date | null; held: string | null } {
  const latest = new Date(at.getTime() + HORIZON_DAYS * DAY_MS);
  const held = new Set<string>();
  const inWords = () => (held.size === 0 ? null : [...held].join(' and '));
  for (let start = at; start <= latest; ) {
    const hold = freezeAt(start, rules) ?? closedAt(start, rules);
    if (hold === null) return { at: start, held: inWords() };
    held.add(hold.name);
    start = hold.until;
  }
  return { at: null, held: inWords() };
}

/** The freeze that holds a planned rotation at this instant, and its end; of several, the one that ends last. */
export function freezeAt(at: Date, rules: Omit<StartRules, 'windows'>): Hold | null {
  return rules.freezes
    .filter(({ environments }) => environments === undefined || environments.includes(rules.environment))
    .map((freeze) => ({
      name: `the freeze "${freeze.name}"`,
      from: firstShowing(freeze.from, rules.timeZone),
      until: lastShowing(freeze.to, rules.timeZone),
    }))
    .filter(({ from, until }) => from <= at && at < until)
    .reduce<Hold | null>(
      (last, { name, until }) => (last === null || until > last.until ? { name, until } : last),
      null,
    );
}

function closedAt(at: Date, { windows, timeZone }: StartRules): Hold | null {
  if (windows.length === 0) return null;
  const wall = wallClock(at, timeZone);
  const sinceMidnight = wall.getTime() % DAY_MS;
  const today = windows.filter(({ days }) => days.some((day) => WEEKDAYS.indexOf(day) === (wall.getUTCDay() + 6) % 7));
  if (today.some(({ from, to }) => msOf(from) <= sinceMidnight && sinceMidnight < msOf(to))) return null;
  const openings = today.map(({ from }) => msOf(from)).filter((from) => from > sinceMidnight);
  const next = new Date(at.getTime() + Math.min(DAY_MS, ...openings) - sinceMidnight);
  // The clock may be put forward or back before it shows that; then it has to be read again from there.
  return {
    name: `the windows ${windows.map(windowText).join(', ')}`,
    until: nextOffsetChange(at, next, timeZone) ?? next,
  };
}

function msOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * MINUTE_MS;
}

function windowText({ days, from, to }: Window): string {
  return `${days.join(' ')} ${from}-${to}`;
}
