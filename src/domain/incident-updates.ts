import type { PersonId } from './ids.ts';
import type { Incident } from './incident.ts';
import { updateEveryMs } from './incident-settings.ts';
import type { UpdateReminder } from './incident-work.ts';
import type { Policy } from './policy.ts';
import { quietUntil } from './quiet-hours.ts';

interface Asked {
  incident: Pick<Incident, 'severity' | 'reportedAt' | 'closedAt'>;
  /** When somebody or a step said last how it stands. */
  saidAt: Date | null;
  /** The commander, or else whoever opened it; null when no person did. */
  person: PersonId | null;
  reminders: readonly UpdateReminder[];
  policy: Pick<Policy, 'incidents' | 'team'>;
  now: Date;
}

/**
 * The number of the reminder that is due now, or null. It comes when nothing was said for as long as the severity allows, again after as
 * long, and stops after a few that nobody reacted to: the next status counts from the beginning. Only SEV1 does not wait for the end of the
 * quiet hours.
 */
export function updateDue({ incident, saidAt, person, reminders, policy, now }: Asked): number | null {
  if (incident.closedAt !== null || person === null) return null;
  const since = saidAt ?? incident.reportedAt;
  const inARow = reminders.filter(({ at }) => at > since);
  if (inARow.length >= policy.incidents.updates.most) return null;
  const last = inARow.at(-1)?.at ?? since;
  if (now.getTime() - last.getTime() < updateEveryMs(policy.incidents, incident.severity)) return null;
  const { quiet_hours: quiet, time_zone: timeZone } = policy.team;
  const isQuiet = quiet !== undefined && quietUntil(now, quiet, timeZone) !== null;
  return isQuiet && incident.severity !== 'SEV1' ? null : reminders.length + 1;
}
