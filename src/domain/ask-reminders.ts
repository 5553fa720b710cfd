import type { Ask } from './incident.ts';

export interface ReminderTime {
  at: Date;
  when: 'before' | 'due' | 'after';
}

type Timed = Pick<Ask, 'createdAt' | 'dueAt' | 'reminders' | 'reminded' | 'escalation'>;

/**
 * All reminders of a question, in order: some before it is due, one when it is due, and then again at even distances up to a cap. It
 * follows from the row alone, so what was sent is one number and a crash can neither repeat nor lose a reminder.
 */
export function remindersOf({
  createdAt,
  dueAt,
  reminders,
}: Pick<Timed, 'createdAt' | 'dueAt' | 'reminders'>): ReminderTime[] {
  if (dueAt === null) return [];
  const before = reminders.beforeMs
    .map((ms): ReminderTime => ({ at: shifted(dueAt, -ms), when: 'before' }))
    // A question that is put shortly before it is due needs no reminder of what was said just now.
    .filter(({ at }) => at > createdAt)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const { againMs, most } = reminders;
  const after =
    againMs === null ? [] : Array.from({ length: most }, (_, index) => shifted(dueAt, againMs * (index + 1)));
  return [...before, { at: dueAt, when: 'due' }, ...after.map((at): ReminderTime => ({ at, when: 'after' }))];
}

/** When somebody else is asked besides, or null when nobody is or it has happened. */
export function escalatesAt({
  dueAt,
  reminders,
  escalation,
}: Pick<Timed, 'dueAt' | 'reminders' | 'escalation'>): Date | null {
  const { escalateTo, escalateAfterMs } = reminders;
  if (dueAt === null || escalateTo === null || escalation !== null) return null;
  return shifted(dueAt, escalateAfterMs ?? 0);
}

export interface DueNow {
  /** The number of the reminder to send now; those before it that a stop kept from being sent are passed over. Null: none. */
  reminder: number | null;
  escalate: boolean;
}

export function dueNow(ask: Timed, now: Date): DueNow {
  const passed = remindersOf(ask).filter(({ at }) => at <= now).length;
  const escalation = escalatesAt(ask);
  return { reminder: passed > ask.reminded ? passed : null, escalate: escalation !== null && escalation <= now };
}

/** When the step has to look at its question again, answered or not; null when only an answer can wake it. */
export function nextLook(ask: Timed): Date | null {
  const times = [remindersOf(ask)[ask.reminded]?.at ?? null, escalatesAt(ask)].flatMap((at) => at ?? []);
  return times.reduce<Date | null>((first, at) => (first === null || at < first ? at : first), null);
}

function shifted(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
