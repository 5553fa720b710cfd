import { type Approval, isExpired } from '../../domain/approval.ts';
import type { LedgerEvent } from '../../domain/event.ts';

/** A press that comes too late is what records the expiry, if nothing else has; null: it is in time. */
export function expiryOf(approval: Approval, now: Date): LedgerEvent[] | null {
  return approval.outcome === null && isExpired(approval, now)
    ? [{ type: 'approval_decided', approval: approval.id, outcome: 'expired' }]
    : null;
}
