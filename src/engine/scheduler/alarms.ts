import type { Alarm } from '../../domain/alarm.ts';
import { expiringSentence, lastAdminsExpiring } from '../../domain/lock-out.ts';
import { stuckBecause } from '../../domain/stuck-rotation.ts';
import { asSchedule, type SchedulerDeps } from './deps.ts';

const MOST_OPEN = 1_000;

/** Raises an alarm unless one with this id was raised before, by whomever. */
export async function raiseOnce(
  { ledger }: Pick<SchedulerDeps, 'ledger'>,
  now: Date,
  alarm: Omit<Alarm, 'raisedAt'>,
): Promise<void> {
  if ((await ledger.read.alarm(alarm.id)) !== null) return;
  await ledger.record(asSchedule(now), async ({ read }) => {
    const isKnown = (await read.alarm(alarm.id)) !== null;
    return { events: isKnown ? [] : [{ type: 'alarm_raised', alarm: { ...alarm, raisedAt: now } }], result: undefined };
  });
}

/** The last admin key of a provider is about to end: told once a day until somebody acts. */
export async function warnOfLastAdmins(deps: SchedulerDeps, now: Date): Promise<void> {
  const administrators = await deps.ledger.read.administrators();
  for (const key of lastAdminsExpiring(administrators, now)) {
    const id = `alm-admin-${key.id}-${now.toISOString().slice(0, 10)}`;
    await raiseOnce(deps, now, { id, kind: 'last_admin_expiring', key: key.id, sentence: expiringSentence(key) });
  }
}

/** A rotation that nobody carries on: told once. */
export async function warnOfStuckRotations(deps: SchedulerDeps, now: Date): Promise<void> {
  const { read } = deps.ledger;
  for (const rotation of await read.openRotations(MOST_OPEN)) {
    const run = rotation.run === null ? null : await read.run(rotation.run);
    const sentence = stuckBecause(rotation, run, now);
    if (sentence === null) continue;
    await raiseOnce(deps, now, { id: `alm-stuck-${rotation.id}`, kind: 'rotation_stuck', key: rotation.key, sentence });
  }
}

const SAME_JUMP_MS = 5 * 60_000;

/** Several processes of one machine see the same jump; it is told once. */
export async function warnOfClock({ ledger, newId }: SchedulerDeps, now: Date, sentence: string): Promise<void> {
  await ledger.record(asSchedule(now), async ({ read }) => {
    const last = await read.lastAlarm(null, 'clock_jump');
    const isTold = last !== null && Math.abs(last.raisedAt.getTime() - now.getTime()) < SAME_JUMP_MS;
    const alarm = { id: newId('alm'), kind: 'clock_jump', key: null, sentence, raisedAt: now } as const;
    return { events: isTold ? [] : [{ type: 'alarm_raised', alarm }], result: undefined };
  });
}
