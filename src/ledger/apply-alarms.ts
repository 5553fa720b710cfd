import type { AlarmEvent } from '../domain/alarm-event.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

export async function applyAlarmEvent(tx: LedgerDb, { alarm, why }: AlarmEvent, context: AuditContext): Promise<void> {
  await changeOne(
    tx
      .updateTable('alarms')
      .set({ ended_at: stored(context.at), ended_because: why })
      .where('id', '=', alarm)
      .where('ended_at', 'is', null),
    `alarm ${alarm}`,
  );
}
