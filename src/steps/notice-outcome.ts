import {
  type Addressee,
  DeliveryId,
  type Dispatch,
  isUnderWay,
  type NoticeDelivery,
  type Reached,
} from '../domain/dispatch.ts';
import { domainOf, type Outside } from '../domain/outside.ts';
import type { StepContext } from './contract.ts';

/** One letter of what was approved, as it waits to be sent. */
export function queuedFor(
  dispatch: Dispatch,
  addressee: Addressee,
  { smtp, context: { newId, now } }: { smtp: Outside['smtp']; context: StepContext },
): NoticeDelivery {
  const from = smtp[addressee.over]?.from ?? addressee.address;
  const id = DeliveryId.parse(newId('dlv'));
  return {
    id,
    dispatch: dispatch.id,
    addressee,
    messageId: addressee.way === 'mail' ? `<${id}.${dispatch.id}@${domainOf(from)}>` : id,
    state: 'queued',
    attempts: 0,
    dueAt: now(),
    sender: null,
    sendingSince: null,
    answer: null,
    queuedAt: now(),
    retryFrom: null,
    endedAt: null,
  };
}

/** Whom it reached, and whom not, as things stand. */
export function outputsOf(
  { inside, unknown }: Reached,
  { deliveries, by }: { deliveries: readonly NoticeDelivery[]; by: string[] },
) {
  const about = (wanted: (one: NoticeDelivery) => boolean) =>
    [...new Set(deliveries.filter(wanted).flatMap(({ addressee }) => addressee.about))].sort();
  const told = about(({ state }) => state === 'sent');
  const pending = about(isUnderWay).filter((one) => !told.includes(one));
  const failed = about((one) => one.state !== 'sent' && !isUnderWay(one)).filter(
    (one) => !told.includes(one) && !pending.includes(one),
  );
  return { told, inside: inside.flatMap((one) => one.about).sort(), pending, failed, unknown, approved_by: by };
}
