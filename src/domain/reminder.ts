import type { Reminder } from './incident.ts';
import { type Key, nameOf } from './key.ts';
import { zonedInstant, zonedParts } from './zoned.ts';

const DAY_MS = 24 * 3_600_000;
const DIGEST_HOUR = 9;

/** One line of the expiring-soon digest. */
export interface DigestRow {
  key: Key['id'];
  slug: string;
  /** Whole days left, rounded up; zero or less when the key has expired. */
  daysLeft: number;
  owner: string;
  channel: string;
  sentence: string;
}

/**
 * When the owner of this key is warned, in days before its expiry. Steps that are longer than the key lives would all fire at its birth;
 * a key that lives shorter than every step is announced when a third of its life is left.
 */
export function ladderFor(key: Pick<Key, 'createdAt' | 'expiresAt'>, configured: readonly number[]): number[] {
  if (key.expiresAt === null) return [];
  const lifeDays = (key.expiresAt.getTime() - key.createdAt.getTime()) / DAY_MS;
  const steps = [...new Set(configured)].filter((days) => days > 0 && days < lifeDays);
  const ladder = steps.length > 0 ? steps : [lifeDays / 3];
  return ladder.sort((a, b) => b - a);
}

/** Weekdays at nine in the team's zone: the first digest at or after this instant. */
export function nextDigestAt(from: Date, timeZone: string): Date {
  const { year, month, day } = zonedParts(from, timeZone);
  for (let ahead = 0; ; ahead++) {
    const at = zonedInstant({ year, month, day: day + ahead, hour: DIGEST_HOUR }, timeZone);
    const weekday = zonedParts(at, timeZone).weekday;
    if (at >= from && weekday !== 'Sat' && weekday !== 'Sun') return at;
  }
}

/**
 * What the digest of this instant tells: every key whose longest warning step has begun, worst first. `keys` is the answer of the ledger's
 * expiring-soon query; keys without a reminder are not in it, which is what the test of a reminder is there to find.
 */
export function digestAt(now: Date, keys: readonly Key[], reminders: ReadonlyMap<Key['id'], Reminder>): DigestRow[] {
  return keys
    .flatMap((key) => {
      const reminder = reminders.get(key.id);
      return reminder === undefined ? [] : (rowOf(key, reminder, now) ?? []);
    })
    .sort((a, b) => a.daysLeft - b.daysLeft);
}

function rowOf(key: Key, reminder: Reminder, now: Date): DigestRow | null {
  if (key.expiresAt === null) return null;
  const leftMs = key.expiresAt.getTime() - now.getTime();
  if (leftMs > Math.max(...reminder.withinDays, 0) * DAY_MS) return null;
  const daysLeft = Math.ceil(leftMs / DAY_MS);
  const { channel, owner } = reminder;
  const when = leftMs <= 0 ? 'has expired' : `expires in ${daysLeft} day${daysLeft === 1 ? '' : 's'}`;
  const sentence = `${owner}: ${nameOf(key)} ${when} (${key.expiresAt.toISOString()}); plan its rotation.`;
  return { key: key.id, slug: key.slug, daysLeft, owner, channel, sentence };
}
