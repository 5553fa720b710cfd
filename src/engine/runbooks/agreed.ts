import type { LedgerReader } from '../../ledger/reader.ts';
import type { Agreed } from '../../runbook/hold.ts';

/** What the ledger says may be live: the texts that are, and every wider one that somebody has approved. */
export async function agreedIn(read: LedgerReader): Promise<Agreed> {
  // With those that are gone: whoever takes a file away and puts it back gets what was agreed to, no more and no less.
  const live = await read.runbooksLiveLast();
  return {
    live: new Map(live.map(({ runbook, text, hash, grants }) => [runbook, { text, hash, grants }])),
    approved: new Set(await read.approvedRunbooks()),
  };
}
