import { KeyState } from '../../domain/key.ts';
import type { Reach } from '../../domain/reach.ts';
import type { Sources } from '../deps.ts';

/** Whether there is any key in reach now: what the owner of a key may do is nothing to somebody who owns none. */
export async function reachesSome(reach: Reach, { ledger, now }: Pick<Sources, 'ledger' | 'now'>): Promise<boolean> {
  if (reach.kind === 'all') return true;
  const searches = [
    ...reach.owners.map((owner) => ({ owner })),
    ...reach.escalations.map((escalation) => ({ escalation })),
  ];
  for (const search of searches) {
    const found = await ledger.findKeys({ ...search, states: KeyState.options }, { now: now(), limit: 1 });
    if (found.length > 0) return true;
  }
  return false;
}
