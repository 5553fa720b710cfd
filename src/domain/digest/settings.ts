import { z } from 'zod';
import { WEEKDAYS } from '../key-class.ts';
import { ClockTime } from '../policy/names.ts';

/** `digest` in policy.yaml: when the team hears what expires. Each has a usual value, so a policy without it has the usual digest. */
export const DigestSettings = z.strictObject({
  /** What a clock on the wall of the team's zone shows. */
  at: ClockTime.default('09:00'),
  /** Empty: no digest at all. */
  days: z.array(z.enum(WEEKDAYS)).default(['mon', 'tue', 'wed', 'thu', 'fri']),
  /** On which of these days it sums up the week and looks 90 days ahead. */
  summary: z.enum([...WEEKDAYS, 'never']).default('mon'),
  /** Not given: the team's incident channel. */
  channel: z.string().min(1).optional(),
  /** A picture of the next 90 days with the summary; the numbers stand there in words in any case. */
  picture: z.boolean().default(true),
  /** Whether keys that expired or have a day left mention the channel. Their owners are mentioned in any case. */
  mention_channel: z.boolean().default(true),
});
export type DigestSettings = z.infer<typeof DigestSettings>;
