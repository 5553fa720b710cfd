import type { PersonId } from '../ids.ts';
import type { Key } from '../key.ts';
import type { ClassRule } from '../key-class.ts';
import { type Policy, peopleNamed } from '../policy.ts';
import { ladderFor } from '../reminder.ts';
import type { DigestItem, Direct, Left } from './digest.ts';
import { Section, URGENT } from './digest.ts';
import { isSnoozed } from './snooze.ts';

const DAY_MS = 24 * 3_600_000;
const FURTHEST_DAYS = 30;

/** So many keys are in one message: each takes two blocks of the fifty that a message has, and its share of the letters. */
export const KEYS_PER_MESSAGE = 15;
/** Room for the 300 keys of a bad month. What is beyond that nobody reads in a channel: it is counted, and the lists have it. */
export const MOST_MESSAGES = 25;
const MOST_KEYS = MOST_MESSAGES * KEYS_PER_MESSAGE;
/** Of what ended this long ago one message is enough: whoever did nothing for a month is not helped by reading all of it each morning. */
const LONG_OVER_MS = 30 * DAY_MS;

/** One key, with everything that decides where it stands. */
export interface Candidate {
  key: Key;
  rule: ClassRule;
  snoozedUntil: Date | null;
  /** Somebody said that nobody uses it, and its owner has agreed. */
  unused: boolean;
  /** Something takes care of it already: it is shown, and nobody is called. */
  rotating: boolean;
  /** Why it is here although it does not expire. */
  debt: { section: Exclude<Section, 'retire'>; note: string | null } | null;
}

/**
 * What the digest shows of these keys, worst first and by owner, each once, and in which message; and how many of which it leaves out. Pure:
 * the same candidates, the same digest.
 */
export function composeDigest(
  candidates: readonly Candidate[],
  { policy, now }: { policy: Policy; now: Date },
): { items: DigestItem[]; left: Left[] } {
  const { kept, rolledUp } = withoutLongOver([...worstOfEach(candidates, now).values()], now);
  const rows = inOrder(kept);
  const direct = new Map<PersonId, number>();
  const items = rows.slice(0, MOST_KEYS).map(({ section, note, one }, index) => {
    const owners = [...peopleNamed(policy, ['owner'], one.key)].sort();
    return {
      ...{ key: one.key.id, section, note, owners },
      part: Math.floor(index / KEYS_PER_MESSAGE) + 1,
      direct: URGENT.includes(section) && !one.rotating ? directTo(owners, direct) : [],
    };
  });
  return { items, left: countsOf([...rolledUp, ...rows.slice(MOST_KEYS)]) };
}

function withoutLongOver(placed: readonly Placed[], now: Date): { kept: Placed[]; rolledUp: Placed[] } {
  const isLongOver = ({ section, one }: Placed) =>
    section === 'expired' && now.getTime() - endOf({ one }) > LONG_OVER_MS;
  const newestFirst = placed.filter(isLongOver).toSorted((a, b) => endOf(b) - endOf(a));
  const rolledUp = new Set(newestFirst.slice(KEYS_PER_MESSAGE));
  return { kept: placed.filter((one) => !rolledUp.has(one)), rolledUp: [...rolledUp] };
}

function countsOf(placed: readonly Placed[]): Left[] {
  const counts = Map.groupBy(placed, ({ section }) => section);
  return [...counts].map(([section, of]) => ({ section, count: of.length, isAll: true }));
}

interface Placed {
  section: Section;
  note: string | null;
  one: Candidate;
}

function worstOfEach(candidates: readonly Candidate[], now: Date): Map<string, Placed> {
  const worst = new Map<string, Placed>();
  for (const one of candidates) {
    const placed = placeOf(one, now);
    if (placed === null) continue;
    const before = worst.get(one.key.id);
    if (before === undefined || rankOf(placed.section) < rankOf(before.section))
      worst.set(one.key.id, { ...placed, note: placed.note ?? before?.note ?? null, one });
    else worst.set(one.key.id, { ...before, note: before.note ?? placed.note });
  }
  return worst;
}

function placeOf(one: Candidate, now: Date): Omit<Placed, 'one'> | null {
  if (isSnoozed(one, now)) return null;
  if (one.unused) return { section: 'retire', note: null };
  const section = bucketOf(one.key, one.rule, now);
  if (section !== null) return { section, note: one.debt?.note ?? null };
  return one.debt;
}

const BUCKETS: readonly [Section, number][] = [
  ['expired', 0],
  ['day_1', 1],
  ['days_3', 3],
  ['days_7', 7],
  ['days_14', 14],
  ['days_30', FURTHEST_DAYS],
];

type Ending = Pick<Key, 'createdAt' | 'expiresAt' | 'state' | 'provider' | 'predecessor'>;

/**
 * How long it has left, as far as that is worth a line today: from the first warning of its class on, and at most 30 days ahead. A key that
 * lives shorter than every warning of its class is shown when a third of its life is left; of a class without warnings nobody is told.
 */
export function bucketOf(key: Ending, rule: ClassRule, now: Date): Section | null {
  if (key.expiresAt === null || key.state === 'revoked' || rule.warnDays.length === 0) return null;
  const leftMs = key.expiresAt.getTime() - now.getTime();
  if (leftMs > Math.min(FURTHEST_DAYS, firstWarning(key, rule)) * DAY_MS) return null;
  return BUCKETS.find(([, days]) => leftMs <= days * DAY_MS)?.[0] ?? null;
}

/** In days. What was registered came into the ledger in the middle of its life: how long it lives is not known, and it is not taken for short. */
function firstWarning(key: Ending, { warnDays }: ClassRule): number {
  const isBornHere = key.provider === 'ledger' || key.predecessor !== null;
  const lives = key.expiresAt !== null && key.expiresAt > key.createdAt;
  return Math.max(...(isBornHere && lives ? ladderFor(key, warnDays) : warnDays), 0);
}

function rankOf(section: Section): number {
  return Section.options.indexOf(section);
}

/** Within a section the owner whose key ends first comes first, and each owner's keys stand together. */
function inOrder(rows: readonly Placed[]): Placed[] {
  const first = new Map<string, number>();
  for (const row of rows) {
    const group = groupOf(row);
    first.set(group, Math.min(first.get(group) ?? Number.POSITIVE_INFINITY, endOf(row)));
  }
  return rows.toSorted(
    (a, b) =>
      rankOf(a.section) - rankOf(b.section) ||
      (first.get(groupOf(a)) ?? 0) - (first.get(groupOf(b)) ?? 0) ||
      compareText(groupOf(a), groupOf(b)) ||
      endOf(a) - endOf(b) ||
      compareText(a.one.key.slug, b.one.key.slug) ||
      compareText(a.one.key.id, b.one.key.id),
  );
}

function groupOf({ section, one }: Placed): string {
  return `${section} ${one.key.owner ?? ''}`;
}

// A number and no infinity: the difference of two of those is none.
function endOf({ one }: Pick<Placed, 'one'>): number {
  return one.key.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function directTo(owners: readonly PersonId[], counted: Map<PersonId, number>): Direct[] {
  return owners.map((person) => {
    const before = counted.get(person) ?? 0;
    counted.set(person, before + 1);
    return { person, part: Math.floor(before / KEYS_PER_MESSAGE) + 1 };
  });
}

/** How many messages there are: at least one where there is anything to say. */
export function partsOf(items: readonly DigestItem[], isAnythingElse: boolean): number {
  return Math.max(items.at(-1)?.part ?? 0, isAnythingElse ? 1 : 0);
}
