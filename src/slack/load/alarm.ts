import type { Sources } from '../deps.ts';
import type { AlarmCard } from '../views/alarm.ts';
import { keyName } from './names.ts';

export async function loadAlarm({ ledger }: Sources, subject: string): Promise<AlarmCard | null> {
  const alarm = await ledger.alarm(subject);
  if (alarm === null) return null;
  return {
    id: alarm.id,
    sentence: alarm.sentence,
    key: alarm.key === null ? null : await keyName(ledger, alarm.key),
    ended: alarm.ended ?? null,
  };
}
