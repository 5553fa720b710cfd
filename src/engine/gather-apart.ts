import type { LedgerReader } from '../ledger/reader.ts';

const MOST_TRIES = 3;

/**
 * Reads what takes long before the transaction that needs it, so that nobody who records waits for it. What it returns gives the same inside of
 * the transaction as long as nothing was recorded in between; otherwise it is read again there.
 */
export async function gatherApart<T>(
  read: LedgerReader,
  gather: (read: LedgerReader) => Promise<T>,
): Promise<(inside: LedgerReader) => Promise<T>> {
  let { seq } = await read.auditHead();
  let found = await gather(read);
  for (let tries = 1; tries < MOST_TRIES; tries++) {
    const head = await read.auditHead();
    if (head.seq === seq) break;
    seq = head.seq;
    found = await gather(read);
  }
  return async (inside) => ((await inside.auditHead()).seq === seq ? found : gather(inside));
}
