import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import {
  Addressee,
  DeliveryId,
  DeliveryState,
  type Dispatch,
  DispatchId,
  Letter,
  type NoticeDelivery,
} from '../domain/dispatch.ts';
import { ApprovalId, IncidentId, KeyId, RunId, StepId } from '../domain/ids.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import type { DeliveryReader } from './delivery-reader.ts';
import type { LedgerDb } from './open.ts';
import type { DeliveriesTable, DispatchesTable } from './schema/deliveries.ts';

const Facts = z.strictObject({ whichKey: z.string(), replacementAvailable: z.string(), dataIntegrity: z.string() });

export function deliveryQueries(db: LedgerDb): DeliveryReader {
  const dispatches = () => db.selectFrom('dispatches').selectAll();
  const deliveries = () => db.selectFrom('deliveries').selectAll('deliveries');
  const oneDispatch = (row: Selectable<DispatchesTable> | undefined) => (row === undefined ? null : dispatchOf(row));
  const oneDelivery = (row: Selectable<DeliveriesTable> | undefined) => (row === undefined ? null : deliveryOf(row));
  return {
    dispatch: async (id) => oneDispatch(await dispatches().where('id', '=', id).executeTakeFirst()),
    dispatchOfApproval: async (approval) =>
      oneDispatch(await dispatches().where('approval_id', '=', approval).executeTakeFirst()),
    dispatchesOfRun: async (run) =>
      (await dispatches().where('run_id', '=', run).orderBy('created_at').orderBy('id').execute()).map(dispatchOf),
    dispatchesOfIncident: async (incident) =>
      (await dispatches().where('incident_id', '=', incident).orderBy('created_at').orderBy('id').execute()).map(
        dispatchOf,
      ),
    dispatchesOfKey: async (key) =>
      (
        await dispatches().where('key_id', '=', key).orderBy('created_at', 'desc').orderBy('id').limit(100).execute()
      ).map(dispatchOf),
    dispatches: async (limit) =>
      (await dispatches().orderBy('created_at', 'desc').orderBy('id').limit(limit).execute()).map(dispatchOf),
    delivery: async (id) => oneDelivery(await deliveries().where('id', '=', id).executeTakeFirst()),
    deliveryByMessage: async (messageId) =>
      oneDelivery(await deliveries().where('message_id', '=', messageId).executeTakeFirst()),
    deliveriesOf: async (dispatch) =>
      (await deliveries().where('dispatch_id', '=', dispatch).orderBy('queued_at').orderBy('id').execute()).map(
        deliveryOf,
      ),
    deliveriesOfIncident: async (incident) =>
      (
        await deliveries()
          .innerJoin('dispatches', 'dispatches.id', 'deliveries.dispatch_id')
          .where('dispatches.incident_id', '=', incident)
          .orderBy('deliveries.queued_at')
          .orderBy('deliveries.id')
          .execute()
      ).map(deliveryOf),
    dueDeliveries: async (now, limit) =>
      (
        await deliveries()
          .where('state', '=', 'queued')
          .where('due_at', '<=', stored(now))
          .orderBy('due_at')
          .orderBy('id')
          .limit(limit)
          .execute()
      ).map(deliveryOf),
    deliveriesInHand: async () =>
      (await deliveries().where('state', '=', 'sending').orderBy('id').execute()).map(deliveryOf),
  };
}

export function dispatchToRow(dispatch: Dispatch): Insertable<DispatchesTable> {
  const { id, run, step, incident, key, template, letter, facts, addressees, hash, approval, createdAt } = dispatch;
  return {
    id,
    run_id: run,
    step_id: step,
    incident_id: incident,
    key_id: key,
    template,
    letter: jsonText(letter),
    facts: jsonText(facts),
    addressees: jsonText(addressees),
    hash,
    approval_id: approval,
    created_at: stored(createdAt),
  };
}

export function deliveryToRow(delivery: NoticeDelivery): Insertable<DeliveriesTable> {
  const { addressee } = delivery;
  return {
    id: delivery.id,
    dispatch_id: delivery.dispatch,
    contact: addressee.contact,
    way: addressee.way,
    addressee: jsonText(addressee),
    message_id: delivery.messageId,
    state: delivery.state,
    attempts: delivery.attempts,
    due_at: stored(delivery.dueAt),
    sender: delivery.sender,
    sending_since: stored(delivery.sendingSince),
    answer: delivery.answer,
    queued_at: stored(delivery.queuedAt),
    retry_from: stored(delivery.retryFrom),
    ended_at: stored(delivery.endedAt),
  };
}

function dispatchOf(row: Selectable<DispatchesTable>): Dispatch {
  return {
    id: DispatchId.parse(row.id),
    run: RunId.parse(row.run_id),
    step: StepId.parse(row.step_id),
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    key: KeyId.parse(row.key_id),
    template: row.template,
    letter: fromJson(Letter, row.letter),
    facts: fromJson(Facts, row.facts),
    addressees: fromJson(z.array(Addressee), row.addressees),
    hash: row.hash,
    approval: ApprovalId.parse(row.approval_id),
    createdAt: instant(row.created_at),
  };
}

function deliveryOf(row: Selectable<DeliveriesTable>): NoticeDelivery {
  return {
    id: DeliveryId.parse(row.id),
    dispatch: DispatchId.parse(row.dispatch_id),
    addressee: fromJson(Addressee, row.addressee),
    messageId: row.message_id,
    state: DeliveryState.parse(row.state),
    attempts: row.attempts,
    dueAt: instant(row.due_at),
    sender: row.sender,
    sendingSince: instant(row.sending_since),
    answer: row.answer,
    queuedAt: instant(row.queued_at),
    retryFrom: instant(row.retry_from),
    endedAt: instant(row.ended_at),
  };
}
