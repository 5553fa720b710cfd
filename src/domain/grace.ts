import { Refusal } from '../errors.ts';
import { instantText } from './instant.ts';
import { type Key, nameOf } from './key.ts';
import type { ClassRule } from './key-class.ts';
import type { RotationMode } from './rotation.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LONGEST_HOURS = 168;

/** Hours of grace for the usual cases (seed 001): how long callers of that kind take to move over. */
export const GRACE_PROFILES = { single_app: 4, rolling: 24, compliance: 24, partner: 72 } as const;
export type GraceProfile = keyof typeof GRACE_PROFILES;

/** Hours of grace in an emergency: what holds unless said otherwise, which is also the most that may be asked for. */
const EMERGENCY_HOURS = { expired: 0, suspected: 1, extended: 4, exploited: 0 } as const satisfies Record<
  Exclude<RotationMode, 'planned'>,
  number
>;

export interface GraceAsked {
  mode: RotationMode;
  /** null: the default of mode and class. */
  hours: number | GraceProfile | null;
  rule: Pick<ClassRule, 'graceHours'>;
}

/**
 * How long old and new key are both accepted, in whole minutes as milliseconds. Refusal `grace_out_of_bounds`. Cap it with `graceEnd` when
 * it begins: a key is never accepted beyond its own life.
 */
export function graceMs({ mode, hours, rule }: GraceAsked): number {
  const asked = typeof hours === 'string' ? GRACE_PROFILES[hours] : hours;
  const granted = mode === 'planned' ? plannedHours(asked, rule) : emergencyHours(asked, mode);
  // Rounded, because 4.2 hours times 60 is a little less than 252 minutes.
  return granted === 0 ? 0 : Math.max(1, Math.round((granted * HOUR_MS) / MINUTE_MS)) * MINUTE_MS;
}

// Without a grace a planned rotation would be an outage that somebody planned.
function plannedHours(asked: number | null, { graceHours }: GraceAsked['rule']): number {
  const longest = Math.max(1, Math.min(LONGEST_HOURS, graceHours.longest));
  if (asked === null) return Math.min(longest, Math.max(1, graceHours.default));
  if (asked >= 1 && asked <= longest) return asked;
  throw outOfBounds(`Grace must be ${longest === 1 ? 'exactly 1 hour' : `1 to ${longest} hours`}; you wrote ${asked}.`);
}

function emergencyHours(asked: number | null, mode: Exclude<RotationMode, 'planned'>): number {
  const most = EMERGENCY_HOURS[mode];
  if (asked === null || asked === most) return most;
  if (most === 0)
    throw outOfBounds(`There is no grace for a key that is ${mode}; you wrote ${asked}. Leave it out, or write 0.`);
  if (asked > 0 && asked < most) return asked;
  const otherwise =
    mode === 'suspected'
      ? 'Say extended for up to 4 hours, with a second approver, or exploited for none.'
      : 'Say exploited for none.';
  throw outOfBounds(
    `Grace in an emergency (${mode}) must be more than 0 and at most ${most} ${most === 1 ? 'hour' : 'hours'}; you wrote ${asked}. ${otherwise}`,
  );
}

/** When a grace that begins at `start` ends: never later than the key's own life. */
export function graceEnd(start: Date, granted: number, { expiresAt }: Pick<Key, 'expiresAt'>): Date {
  const end = start.getTime() + granted;
  return new Date(expiresAt === null ? end : Math.max(start.getTime(), Math.min(end, expiresAt.getTime())));
}

type InGrace = Pick<
  Key,
  'slug' | 'version' | 'state' | 'retiringAt' | 'graceEndsAt' | 'graceExtensions' | 'expiresAt' | 'compromisedAt'
>;

/**
 * The new end of a grace (design/keys.md): extended once, by at most half of the original, 168 h in all, never in an emergency, never beyond
 * the key's own life. Also after its end, counted from now, as long as the key is still retiring: the usage gate holds it then, and its
 * callers are refused meanwhile. Refusals: `not_in_grace`, `grace_extended`, `no_extension`, `grace_out_of_bounds`.
 */
export function extendedGrace(key: InGrace, asked: { mode: RotationMode; hours: number; now: Date }): Date {
  const { retiringAt, graceEndsAt } = key;
  if (key.state !== 'retiring' || retiringAt === null || graceEndsAt === null)
    throw new Refusal(
      'not_in_grace',
      `${nameOf(key)} is ${key.state}; only the grace of a key in grace can be extended.`,
    );
  if (asked.mode !== 'planned' || key.compromisedAt !== null)
    throw new Refusal(
      'no_extension',
      `${nameOf(key)} is replaced in an emergency (${asked.mode}); its grace is never extended.`,
    );
  if (key.graceExtensions > 0)
    throw new Refusal(
      'grace_extended',
      `The grace of ${nameOf(key)} was extended once already, to ${instantText(graceEndsAt)}. Move its callers over, or waive the usage gate.`,
    );
  const from = Math.max(graceEndsAt.getTime(), asked.now.getTime());
  const most = Math.min(
    (graceEndsAt.getTime() - retiringAt.getTime()) / 2,
    retiringAt.getTime() + LONGEST_HOURS * HOUR_MS - from,
    key.expiresAt === null ? Number.POSITIVE_INFINITY : key.expiresAt.getTime() - from,
  );
  const extension = asked.hours * HOUR_MS;
  if (extension > 0 && extension <= most) return new Date(from + Math.round(extension));
  throw outOfBounds(
    most > 0
      ? `The grace of ${nameOf(key)} can be extended by at most ${hoursText(most)}; you wrote ${asked.hours}.`
      : `The grace of ${nameOf(key)} cannot be extended any more: 168 hours in all, or the end of its own life, are reached.`,
  );
}

// Rounded down, so that what is offered is granted.
function hoursText(ms: number): string {
  const hours = Math.floor((ms / HOUR_MS) * 100) / 100;
  return `${hours} ${hours === 1 ? 'hour' : 'hours'}`;
}

function outOfBounds(sentence: string): Refusal {
  return new Refusal('grace_out_of_bounds', sentence);
}
