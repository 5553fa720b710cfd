import { Refusal } from '../../errors.ts';
import type { KeyId, PersonId } from '../ids.ts';
import { instantText } from '../instant.ts';
import { type Key, nameOf } from '../key.ts';
import type { ClassRule } from '../key-class.ts';
import { dayOf } from '../schedule.ts';
import { firstShowing } from '../zoned.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What does not expire is out of sight for so long at most. */
const LONGEST_DAYS = 30;

export interface Snooze {
  key: KeyId;
  until: Date;
  by: PersonId;
  at: Date;
}

export const SNOOZE_DAYS = [1, 3, 7, 14] as const;

/** The last instant until which a key may be out of sight: before that its rotation can still be announced as long ahead as its class says. */
export function latestSnooze(
  { expiresAt }: Pick<Key, 'expiresAt'>,
  rule: Pick<ClassRule, 'leadHours'>,
  now: Date,
): Date {
  const longest = now.getTime() + LONGEST_DAYS * DAY_MS;
  if (expiresAt === null) return new Date(longest);
  return new Date(Math.min(longest, expiresAt.getTime() - rule.leadHours * HOUR_MS));
}

/** One that was too long for the key as it is now, because its end was brought forward, does not count. */
export function isSnoozed(
  {
    key,
    rule,
    snoozedUntil,
  }: { key: Pick<Key, 'expiresAt'>; rule: Pick<ClassRule, 'leadHours'>; snoozedUntil: Date | null },
  now: Date,
): boolean {
  return snoozedUntil !== null && snoozedUntil > now && now < latestSnooze(key, rule, now);
}

/** So many days on, at the beginning of the day in the team's zone: the digest of that morning has it again. */
export function snoozeEnd(days: number, now: Date, timeZone: string): Date {
  const day = new Date(new Date(`${dayOf(now, timeZone)}T12:00:00Z`).getTime() + days * DAY_MS);
  return firstShowing(`${day.toISOString().slice(0, 10)}T00:00`, timeZone);
}

/** Which of the usual spans this key can have. */
export function snoozeChoices(
  key: Pick<Key, 'expiresAt'>,
  { rule, now, timeZone }: { rule: ClassRule; now: Date; timeZone: string },
): { days: number; until: Date }[] {
  const latest = latestSnooze(key, rule, now);
  return SNOOZE_DAYS.map((days) => ({ days, until: snoozeEnd(days, now, timeZone) })).filter(
    ({ until }) => until <= latest,
  );
}

/** Refusal `snooze_too_long` with the latest date, or `snooze_too_late` when there is none any more. */
export function assertSnooze(
  key: Pick<Key, 'slug' | 'version' | 'expiresAt'>,
  until: Date,
  { rule, now }: { rule: ClassRule; now: Date },
): void {
  const latest = latestSnooze(key, rule, now);
  if (until > now && until <= latest) return;
  const { expiresAt } = key;
  const why =
    expiresAt === null
      ? `nothing is out of sight for more than ${LONGEST_DAYS} days`
      : `it expires at ${instantText(expiresAt)}, and its rotation is announced ${rule.leadHours} hours ahead`;
  if (latest <= now)
    throw new Refusal(
      'snooze_too_late',
      `${nameOf(key)} cannot be snoozed any more: ${why}, so the last moment was ${instantText(latest)}. Plan its rotation, or say that it is not in use.`,
    );
  if (until <= now) throw new Refusal('snooze_too_long', 'A snooze ends in the future; choose one of the menu.');
  throw new Refusal(
    'snooze_too_long',
    `${nameOf(key)} can be snoozed until ${instantText(latest)} at the latest: ${why}. You asked for ${instantText(until)}.`,
  );
}
