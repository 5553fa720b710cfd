import { z } from 'zod';
import type { Incident } from './incident.ts';
import { Span } from './policy/approval-rule.ts';
import { spanMs } from './span.ts';

/** `incidents` in policy.yaml: where they are led, and how often people hear how they stand. Each has a usual value. */
export const IncidentSettings = z.strictObject({
  /** From this severity on an incident gets a channel of its own; below, and with `never`, the thread of its card has to do. */
  channel_from: z.enum(['SEV1', 'SEV2', 'SEV3', 'never']).default('SEV2'),
  /** Which of these channels only those see whom it concerns: of a key that leaked, all of them, or none. */
  private: z.enum(['leaks', 'always', 'never']).default('leaks'),
  /** What the names of these channels begin with: `inc-1121-payments-prod`. */
  channel_prefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,19}$/, 'expected at most 20 lower-case letters, digits, - and _')
    .default('inc'),
  /** Whoever leads is asked for news when none was posted for so long; at most so many times in a row. */
  updates: z
    .strictObject({
      SEV1: Span.default('30m'),
      SEV2: Span.default('60m'),
      SEV3: Span.default('4h'),
      most: z.int().min(1).max(50).default(6),
    })
    .prefault({}),
  /** The emoji that puts a message on the timeline, without colons. */
  timeline_reaction: z
    .string()
    .regex(/^[a-z0-9_+'-]{1,80}$/, 'expected the name of an emoji without colons, such as pushpin')
    .default('pushpin'),
  /** Where people read a runbook; `{runbook}` stands for its id: https://wiki.example.com/runbooks/{runbook} */
  runbook_page: z
    .string()
    .regex(/^https:\/\/\S{1,300}$/, 'expected a web address that begins with https://')
    .optional(),
});
export type IncidentSettings = z.infer<typeof IncidentSettings>;

type Severity = Incident['severity'];

/** Whether an incident of this severity is led in a channel of its own. */
export function hasOwnRoom({ channel_from: from }: IncidentSettings, severity: Severity): boolean {
  return from !== 'never' && severity <= from;
}

/** Whether that channel is a private one. */
export function isRoomPrivate({ private: which }: IncidentSettings, { isLeak }: { isLeak: boolean }): boolean {
  return which === 'always' || (which === 'leaks' && isLeak);
}

export function updateEveryMs({ updates }: IncidentSettings, severity: Severity): number {
  const ms = spanMs(updates[severity]);
  if (ms === null) throw new Error(`updates.${severity} is no span`);
  return ms;
}
