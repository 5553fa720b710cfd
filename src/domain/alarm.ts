import { z } from 'zod';
import type { KeyId, PersonId } from './ids.ts';

/** What people have to look at although nobody asked. */
export const AlarmKind = z.enum([
  'rotation_spike',
  'second_reveal',
  'last_admin_expiring',
  'rotation_stuck',
  'scheduled_run_missed',
  'clock_jump',
  'audit_broken',
  'runbooks_broken',
  'runbook_held',
  'runbook_review',
  'second_factor_locked',
  'second_factor_changed',
  'second_factor_wanted',
  'digest_missed',
  'slack_channel_lost',
  'mail_refused',
]);
export type AlarmKind = z.infer<typeof AlarmKind>;

export interface Alarm {
  id: string;
  kind: AlarmKind;
  key: KeyId | null;
  /** One sentence: what was seen, and what to do. */
  sentence: string;
  raisedAt: Date;
  /** Who is told besides the team's channel; part of the event, not of the row. */
  tell?: PersonId[];
  /** When it was over, and how; not given by whoever raises it. Most alarms only stand there until somebody has read them. */
  ended?: { at: Date; why: string } | null;
}
