import { z } from 'zod';
import { WEEKDAYS } from './key-class.ts';
import { ClockTime, Name, Who } from './policy/names.ts';

/** `follow_ups` in policy.yaml: when people are reminded of what they owe after an incident. Never more than one message a day. */
export const FollowUpSettings = z.strictObject({
  remind_before_days: z.int().min(0).max(30).default(2),
  /** After so many weeks over its date, whom the key escalates to is reminded too. */
  escalate_after_weeks: z.int().min(1).max(52).default(3),
  retrospective_after_working_days: z.int().min(1).max(30).default(3),
});
export type FollowUpSettings = z.infer<typeof FollowUpSettings>;

/** What a team wants to have looked at besides. `id` is what is ticked. */
const Extra = z
  .array(z.strictObject({ id: Name, ask: z.string().min(5).max(200) }))
  .max(20)
  .default([]);
const kind = (weekday: (typeof WEEKDAYS)[number]) =>
  z.strictObject({ weekday: z.enum(WEEKDAYS).default(weekday), also: Extra });

/** `reviews` in policy.yaml: each kind that stands there is held, the others are not. */
export const ReviewSettings = z.strictObject({
  /** Not given: the team's incident channel. */
  channel: z.string().min(1).optional(),
  /** Who ticks them; empty: whoever may `close`. */
  by: z.array(Who).default([]),
  /** What a clock on the wall of the team's zone shows. */
  at: ClockTime.default('09:00'),
  /** On this day of every week. */
  weekly: kind('mon').optional(),
  /** On the first of these days of every month. */
  monthly: kind('tue').optional(),
  /** On the first of these days of January, April, July and October. */
  quarterly: kind('wed').optional(),
});
export type ReviewSettings = z.infer<typeof ReviewSettings>;
