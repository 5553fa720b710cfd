import type { DeliveryId, Dispatch, DispatchId, NoticeDelivery } from '../domain/dispatch.ts';
import type { ApprovalId, IncidentId, KeyId, RunId } from '../domain/ids.ts';

/** What can be asked of the ledger about what left the company. */
export interface DeliveryReader {
  dispatch: (id: DispatchId) => Promise<Dispatch | null>;
  dispatchOfApproval: (approval: ApprovalId) => Promise<Dispatch | null>;
  /** In the order in which they were written; also those that nobody approved. */
  dispatchesOfRun: (run: RunId) => Promise<Dispatch[]>;
  dispatchesOfIncident: (incident: IncidentId) => Promise<Dispatch[]>;
  /** Newest first, the last hundred. */
  dispatchesOfKey: (key: KeyId) => Promise<Dispatch[]>;
  /** Newest first. */
  dispatches: (limit: number) => Promise<Dispatch[]>;
  delivery: (id: DeliveryId) => Promise<NoticeDelivery | null>;
  deliveryByMessage: (messageId: string) => Promise<NoticeDelivery | null>;
  /** In the order in which they were queued. */
  deliveriesOf: (dispatch: DispatchId) => Promise<NoticeDelivery[]>;
  deliveriesOfIncident: (incident: IncidentId) => Promise<NoticeDelivery[]>;
  /** Queued ones whose time has come, the longest waiting first. */
  dueDeliveries: (now: Date, limit: number) => Promise<NoticeDelivery[]>;
  /** The ones that some process has in hand. */
  deliveriesInHand: () => Promise<NoticeDelivery[]>;
}
