import type { LedgerEvent } from '../../domain/event.ts';
import type { SealedSecret } from '../../domain/incident.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Origin } from '../engine.ts';

// A transaction holds the write lock: about 10 ms for so many.
const PAGE = 100;

export interface Walked {
  looked: number;
  changed: number;
}

interface Walk extends Pick<Origin, 'actor' | 'channel'> {
  change: (sealed: SealedSecret) => LedgerEvent[];
  onPage: (walked: Walked) => void;
}

/**
 * Everything that is sealed, a page at a time. A page is read and written in one transaction: what is destroyed meanwhile is not brought
 * back, and after a crash whole pages are done or not.
 */
export async function changeSealed(
  { ledger, now }: { ledger: Pick<Ledger, 'record'>; now: () => Date },
  { actor, channel, change, onPage }: Walk,
): Promise<Walked> {
  const walked = { looked: 0, changed: 0 };
  for (let after = ''; ; ) {
    const page = await ledger.record({ at: now(), actor, channel }, async ({ read }) => {
      const sealed = await read.sealedSecrets(after, PAGE);
      const events = sealed.flatMap(change);
      return { events, result: { looked: sealed.length, changed: events.length, last: sealed.at(-1) } };
    });
    walked.looked += page.looked;
    walked.changed += page.changed;
    onPage({ ...walked });
    if (page.last === undefined || page.looked < PAGE) return walked;
    after = page.last.id;
  }
}
