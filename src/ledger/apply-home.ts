import type { HomeEvent } from '../domain/home-event.ts';
import type { AuditContext } from './audit.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

export async function applyHomeEvent(tx: LedgerDb, { person }: HomeEvent, { at }: AuditContext): Promise<void> {
  await tx
    .insertInto('checklist_dismissals')
    .values({ person, dismissed_at: stored(at) })
    .onConflict((conflict) => conflict.column('person').doUpdateSet({ dismissed_at: stored(at) }))
    .execute();
}
