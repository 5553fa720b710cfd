import type { DeliveryId, Dispatch, DispatchId, NoticeDelivery } from './dispatch.ts';
import type { Actor } from './ids.ts';
import type { Told } from './told.ts';

/** What leaves the company, and what came back. `dispatch` stands on each, so that the message about it is drawn anew. */
export type DeliveryEvent =
  | { type: 'dispatch_drafted'; draft: Dispatch }
  | { type: 'delivery_queued'; dispatch: DispatchId; delivery: NoticeDelivery }
  /** Written before anything is sent. `sender`: the process that has it in hand. */
  | { type: 'delivery_begun'; dispatch: DispatchId; id: DeliveryId; attempt: number; sender: string }
  | { type: 'delivery_sent'; dispatch: DispatchId; id: DeliveryId; answer: string }
  | { type: 'delivery_deferred'; dispatch: DispatchId; id: DeliveryId; why: string; until: Date }
  /** `bounced`: the other side will not have it. `given_up`: tried for long enough. */
  | { type: 'delivery_failed'; dispatch: DispatchId; id: DeliveryId; how: 'bounced' | 'given_up'; why: string }
  /** Nobody knows whether it arrived, and sending it again could make it two. */
  | { type: 'delivery_doubted'; dispatch: DispatchId; id: DeliveryId; why: string }
  /** It was approved and had not left: now it never does. */
  | { type: 'delivery_withdrawn'; dispatch: DispatchId; id: DeliveryId; reason: string }
  /** A person looked: it arrived, or it is to be sent (again). */
  | { type: 'delivery_settled'; dispatch: DispatchId; id: DeliveryId; arrived: boolean; reason: string; by: Actor };

export type ToldOfDelivery = Extract<Told, { type: DeliveryEvent['type'] }>;

export function isAboutDelivery(event: Told): event is ToldOfDelivery {
  return event.type.startsWith('delivery_') || event.type === 'dispatch_drafted';
}

export function sentenceForDelivery(event: ToldOfDelivery): string {
  switch (event.type) {
    case 'dispatch_drafted': {
      const { template, addressees, hash } = event.draft;
      const names = [...new Set(addressees.map(({ name }) => name))].join(', ');
      return `A notice for people outside was written (${template}, text ${hash.slice(0, 12)}) to ${names}; it waits for an approval.`;
    }
    case 'delivery_queued':
      return `The notice ${event.delivery.id} to ${event.delivery.addressee.name} was approved and is sent.`;
    case 'delivery_begun':
      return `The notice ${event.id} is on its way (attempt ${event.attempt}).`;
    case 'delivery_sent':
      return `The notice ${event.id} was taken by the other side: ${event.answer}`;
    case 'delivery_deferred':
      return `The notice ${event.id} could not be sent and is tried again at ${event.until}: ${event.why}`;
    case 'delivery_failed':
      return event.how === 'bounced'
        ? `The notice ${event.id} bounced: ${event.why}`
        : `The notice ${event.id} was given up: ${event.why}`;
    case 'delivery_doubted':
      return `Whether the notice ${event.id} arrived is not known: ${event.why}`;
    case 'delivery_withdrawn':
      return `The notice ${event.id} was withdrawn before it left: ${event.reason}`;
    case 'delivery_settled':
      return `${event.by} ${event.arrived ? 'says that the notice arrived' : 'has the notice sent again'} (${event.id}): ${event.reason}`;
    default:
      return event satisfies never;
  }
}
