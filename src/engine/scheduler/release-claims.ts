import { type ClaimEnd, type ExpiryClaim, hasProgress } from '../../domain/digest/claim.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { asSchedule, type SchedulerDeps } from './deps.ts';

const BATCH = 100;

/** Ends the claims whose time is over: done where something came of them, and else free for somebody else, which the claimant is told. */
export async function releaseClaims({ ledger }: SchedulerDeps, now: Date): Promise<number> {
  const due = await ledger.read.expiryClaimsDue(now, BATCH);
  if (due.length === 0) return 0;
  return ledger.record(asSchedule(now), async ({ read }) => {
    const events: LedgerEvent[] = [];
    for (const { id } of due) {
      const claim = await read.expiryClaim(id);
      const key = claim === null ? null : await read.key(claim.key);
      if (claim !== null && key !== null && claim.end === null) events.push(await endOf(claim, key, read));
    }
    return { events, result: events.length };
  });
}

async function endOf(claim: ExpiryClaim, key: Key, read: LedgerReader): Promise<LedgerEvent> {
  const rotating = (await read.openRotationOf(key.slug)) !== null || (await read.openRunOfKey(key.id)) !== null;
  const isUnused = (await read.standingMark(key.id)) !== null;
  const settled = key.supersededAt !== null || key.state === 'revoked' || key.state === 'suspended' || isUnused;
  const isDone = hasProgress(claim, { rotating, settled, key });
  const how: ClaimEnd = isDone ? 'done' : 'released';
  const why = isDone
    ? `${nameOf(key)} is taken care of.`
    : `No rotation of ${nameOf(key)} was planned or begun by then, so it is free for somebody else.`;
  return { type: 'digest_claim_ended', claim: claim.id, key: key.id, how, why, tell: isDone ? [] : [claim.by] };
}
