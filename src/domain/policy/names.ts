import { z } from 'zod';

export const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of lower-case letters, digits, - and _');

/** `alice`, `group:security`, `owner` (of the key) or `escalation` (of the key). */
export const Who = z
  .string()
  .regex(
    /^(owner|escalation|(group:)?[a-z0-9][a-z0-9_-]{0,62})$/,
    'expected a person, group:<name>, owner or escalation',
  );

/** `07:00`: what a clock on the wall shows, on any day. */
export const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 07:00');
