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
 * Everything that is sealed, the seeds of people's codes too, a page at a time. A page is read and written in one transaction: what is destroyed meanwhile is not brought
 * back, and after a crash whole pages are done or not.
 */
export async function changeSealed(deps: WalkDeps, { onPage, ...walk }: Walk): Promise<Walked> {
  const secrets = await changeKind(deps, 'sealedSecrets', { ...walk, onPage });
  const onSeeds = (seeds: Walked) => seeds.looked > 0 && onPage(both(secrets, seeds));
  return both(secrets, await changeKind(deps, 'sealedSeeds', { ...walk, onPage: onSeeds }));
}

type WalkDeps = { ledger: Pick<Ledger, 'record'>; now: () => Date };

function both(one: Walked, other: Walked): Walked {
  return { looked: one.looked + other.looked, changed: one.changed + other.changed };
}

async function changeKind(
  { ledger, now }: WalkDeps,
  kind: 'sealedSecrets' | 'sealedSeeds',
  { actor, channel, change, onPage }: Walk,
): Promise<Walked> {
  const walked = { looked: 0, changed: 0 };
  for (let after = ''; ; ) {
    const page = await ledger.record({ at: now(), actor, channel }, async ({ read }) => {
      const sealed = await read[kind](after, PAGE);
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
