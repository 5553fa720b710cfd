import type { LedgerReader } from '../../ledger/reader.ts';
import type { Agreed } from '../../runbook/hold.ts';

/** What the ledger says may be live: the texts that are, and every wider one that somebody has approved. */
export async function agreedIn(read: LedgerReader): Promise<Agreed> {
  const live = await read.liveRunbooks();
  return {
    live: new Map(live.map(({ runbook, text, hash, grants }) => [runbook, { text, hash, grants }])),
    approved: new Set(await read.approvedRunbooks()),
  };
}
