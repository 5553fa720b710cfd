import type { DeliveryEvent } from '../domain/delivery-event.ts';
import type { DeliveryState } from '../domain/dispatch.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { stored } from './codec.ts';
import { deliveryToRow, dispatchToRow } from './deliveries.ts';
import type { LedgerDb } from './open.ts';

/** Each change names the state that it comes from: of two that act at once, the second one is refused. */
export async function applyDeliveryEvent(tx: LedgerDb, event: DeliveryEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'dispatch_drafted':
      await tx.insertInto('dispatches').values(dispatchToRow(event.draft)).execute();
      return;
    case 'delivery_queued':
      await tx.insertInto('deliveries').values(deliveryToRow(event.delivery)).execute();
      return;
    case 'delivery_begun': {
      const begun = { state: 'sending', attempts: event.attempt, sender: event.sender, sending_since: at };
      const open = inState(tx, event.id, ['queued']).where('attempts', '=', event.attempt - 1);
      return changeOne(open.set(begun), `queued delivery ${event.id} before attempt ${event.attempt}`);
    }
    case 'delivery_sent': {
      const sent = { ...IN_NO_HAND, state: 'sent', answer: event.answer, ended_at: at };
      return changeOne(inState(tx, event.id, ['sending']).set(sent), `delivery ${event.id} in hand`);
    }
    case 'delivery_deferred': {
      const deferred = { ...IN_NO_HAND, state: 'queued', answer: event.why, due_at: stored(event.until) };
      return changeOne(inState(tx, event.id, ['sending']).set(deferred), `delivery ${event.id} in hand`);
    }
    case 'delivery_failed': {
      // A bounce may come days after the server took it, also while nobody knew whether it did.
      const from: DeliveryState[] = ['sending', ...(event.how === 'bounced' ? (['sent', 'in_doubt'] as const) : [])];
      const failed = { ...IN_NO_HAND, state: event.how, answer: event.why, ended_at: at };
      return changeOne(inState(tx, event.id, from).set(failed), `delivery ${event.id} under way`);
    }
    case 'delivery_doubted': {
      const doubted = { ...IN_NO_HAND, state: 'in_doubt', answer: event.why, ended_at: at };
      return changeOne(inState(tx, event.id, ['sending']).set(doubted), `delivery ${event.id} in hand`);
    }
    case 'delivery_withdrawn': {
      const withdrawn = { state: 'withdrawn', answer: event.reason, ended_at: at };
      return changeOne(inState(tx, event.id, ['queued']).set(withdrawn), `queued delivery ${event.id}`);
    }
    case 'delivery_settled': {
      const { id, arrived, reason } = event;
      const over = { state: 'sent', answer: reason, ended_at: at };
      const again = { state: 'queued', answer: reason, due_at: at, retry_from: at, attempts: 0, ended_at: null };
      const open = inState(tx, id, ['in_doubt', 'bounced', 'given_up']);
      return changeOne(open.set(arrived ? over : again), `delivery ${id} that is not there`);
    }
    default:
      return event satisfies never;
  }
}

const IN_NO_HAND = { sender: null, sending_since: null };

function inState(tx: LedgerDb, id: string, states: readonly DeliveryState[]) {
  return tx.updateTable('deliveries').where('id', '=', id).where('state', 'in', states);
}
