import { type DeliveryId, isUnderWay, type NoticeDelivery } from '../../domain/dispatch.ts';
import type { IncidentId } from '../../domain/ids.ts';
import { assertMay } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { assertNoSecretIn, assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import type { Begun } from '../runbooks/run-runbook.ts';
import {
  type NoticePreview,
  type Previewed,
  previewNotice,
  type TellDeps,
  type ToldByHand,
  tell,
  tellOfKey,
} from './tell.ts';
import { type Withdrawal, withdraw } from './withdraw.ts';

export interface Bounce {
  messageId: string;
  why: string;
}

/** What people do about notices to the outside. Refusals say what to do; each verb is one transaction with its audit. */
export interface Deliveries {
  /** Starts R-TELL-OUTSIDE for who may `notify`: somebody else approves the exact text, then it is sent. */
  tellOfKey: (request: ToldByHand & { key: string }) => Promise<Begun>;
  /** The same of the key of an incident, as part of it. */
  tell: (request: ToldByHand & { incident: IncidentId }) => Promise<Begun>;
  /** What either of the two would come to, word for word. Writes nothing. */
  preview: (request: Previewed) => Promise<NoticePreview>;
  /** A person looked: it arrived, or it is sent (again) to the same approved address. Refusals `unknown_delivery`, `delivery_under_way`, `not_allowed`. */
  settle: (request: Origin & { delivery: DeliveryId; arrived: boolean; reason: string }) => Promise<void>;
  /** Stops what was approved and has not left yet. Refusals `unknown_notice`, `nothing_to_withdraw`, `not_allowed`. */
  withdraw: (request: Withdrawal) => Promise<number>;
  /** What a mail provider says of a mail that it had taken. False when the ledger knows no such mail, or knew this already. */
  bounced: (bounce: Bounce, origin: Origin) => Promise<boolean>;
}

export function openDeliveries(deps: TellDeps): Deliveries {
  return {
    tellOfKey: (request) => tellOfKey(deps, request),
    tell: (request) => tell(deps, request),
    preview: (request) => previewNotice(deps, request),
    settle: (request) => settle(deps, request),
    withdraw: (request) => withdraw(deps, request),
    bounced: (bounce, origin) => bounced(deps, bounce, origin),
  };
}

async function settle(deps: TellDeps, request: Parameters<Deliveries['settle']>[0]): Promise<void> {
  const { delivery: id, arrived, reason, actor: by, channel, dedupe } = request;
  await auditRefusal(deps, { origin: request, what: `delivery ${id}` }, async () => {
    assertReason(reason);
    assertNoSecretIn({ reason });
    const { policy } = await deps.policy();
    const about = await aboutOf(deps.ledger.read, id);
    await deps.ledger.record({ at: deps.now(), actor: by, channel, ...about }, async ({ read, seen, remember }) => {
      if ((await seen(dedupe.source, dedupe.id)) !== null) return { events: [], result: undefined };
      const delivery = await deliveryOrRefuse(read, id);
      assertMay(policy, 'notify', { actor: by, subject: await subjectOf(read, delivery) });
      assertOver(delivery);
      await remember(dedupe.source, dedupe.id, { run: null, incident: null, subject: `delivery:${id}` });
      const { dispatch } = delivery;
      return { events: [{ type: 'delivery_settled', dispatch, id, arrived, reason, by }], result: undefined };
    });
  });
}

async function bounced(deps: TellDeps, { messageId, why }: Bounce, origin: Origin): Promise<boolean> {
  const found = await deps.ledger.read.deliveryByMessage(messageId);
  if (found === null) return false;
  const about = await aboutOf(deps.ledger.read, found.id);
  const { actor, channel, dedupe } = origin;
  return deps.ledger.record<boolean>(
    { at: deps.now(), actor, channel, ...about },
    async ({ read, seen, remember, wake }) => {
      const { id, dispatch, state } = await deliveryOrRefuse(read, found.id);
      const isNew = (await seen(dedupe.source, dedupe.id)) === null;
      if (!isNew || (state !== 'sent' && state !== 'in_doubt')) return { events: [], result: false };
      await remember(dedupe.source, dedupe.id, { run: null, incident: null, subject: `delivery:${id}` });
      if (about.run !== null) await wake(about.run);
      return { events: [{ type: 'delivery_failed', dispatch, id, how: 'bounced', why }], result: true };
    },
  );
}

function assertOver(delivery: NoticeDelivery): void {
  const { state, addressee, attempts, dueAt } = delivery;
  if (isUnderWay(delivery))
    throw new Refusal(
      'delivery_under_way',
      `The notice to ${addressee.name} is on its way (${attempts} attempts so far, the next one at ${dueAt.toISOString()}).`,
    );
  if (state === 'sent')
    throw new Refusal(
      'delivery_there',
      `The notice to ${addressee.name} arrived: ${delivery.answer ?? 'it was taken'}.`,
    );
}

async function deliveryOrRefuse(read: LedgerReader, id: DeliveryId): Promise<NoticeDelivery> {
  const delivery = await read.delivery(id);
  if (delivery !== null) return delivery;
  throw new Refusal('unknown_delivery', 'There is no such delivery. Type: rekey notices list');
}

async function aboutOf(read: LedgerReader, id: DeliveryId) {
  const delivery = await read.delivery(id);
  const dispatch = delivery === null ? null : await read.dispatch(delivery.dispatch);
  return { incident: dispatch?.incident ?? null, run: dispatch?.run ?? null };
}

async function subjectOf(read: LedgerReader, { dispatch }: NoticeDelivery) {
  const found = await read.dispatch(dispatch);
  const key = found === null ? null : await read.key(found.key);
  return { owner: key?.owner ?? null, escalation: key?.escalation ?? null };
}
