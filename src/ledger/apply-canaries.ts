import type { CanaryEvent } from '../domain/canary-event.ts';
import type { AuditContext } from './audit.ts';
import { canaryToRow } from './canaries.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

export async function applyCanaryEvent(tx: LedgerDb, event: CanaryEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  if (event.type === 'canary_began') {
    await tx.insertInto('canaries').values(canaryToRow(event.canary)).execute();
    return;
  }
  const open = tx.updateTable('canaries').where('id', '=', event.canary).where('ended_at', 'is', null);
  const what = `open canary ${event.canary}`;
  switch (event.type) {
    case 'canary_delivered':
      return changeOne(open.set({ delivered_at: at }), what);
    case 'canary_probed':
      return changeOne(
        open.set((eb) => ({
          rounds: eb('rounds', '+', 1),
          probes: eb('probes', '+', event.probes),
          failures: eb('failures', '+', event.failures),
        })),
        what,
      );
    case 'canary_missed':
      return changeOne(open.set({ missed: event.why }), what);
    case 'canary_ended':
      return changeOne(open.set({ outcome: event.outcome, ended_at: at }), what);
    default:
      return event satisfies never;
  }
}
