import { contentHash } from '../domain/canonical.ts';
import { type Addressee, type Dispatch, isUnderWay } from '../domain/dispatch.ts';
import type { Key } from '../domain/key.ts';
import type { LedgerReader } from '../ledger/reader.ts';

type Own = Pick<Dispatch, 'run' | 'step'>;

/** A notice of somebody else about the same key that one of these places may still get: two of them would be two mails. */
export async function openRival(
  key: Pick<Key, 'id'>,
  addressees: readonly Addressee[],
  { ledger, own }: { ledger: LedgerReader; own: Own | null },
): Promise<Dispatch | null> {
  for (const dispatch of await othersAbout(key, { ledger, own })) {
    if (!dispatch.addressees.some((one) => addressees.some((two) => isSamePlace(one, two)))) continue;
    const approval = await ledger.approval(dispatch.approval);
    if (approval?.outcome === null || (await ledger.deliveriesOf(dispatch.id)).some(isUnderWay)) return dispatch;
  }
  return null;
}

/** What said the same to the same places since then, and arrived: whoever waited for it has nothing left to say. */
export async function saidSince(
  since: Date,
  draft: Pick<Dispatch, 'facts' | 'addressees'> & { key: Key['id'] },
  { ledger, own }: { ledger: LedgerReader; own: Own },
): Promise<Dispatch | null> {
  for (const dispatch of await othersAbout({ id: draft.key }, { ledger, own })) {
    if (wordsOf(dispatch) !== wordsOf(draft)) continue;
    const deliveries = await ledger.deliveriesOf(dispatch.id);
    const isThere = deliveries.some(({ queuedAt, endedAt }) => (endedAt ?? queuedAt) >= since);
    if (isThere && deliveries.every(({ state }) => state === 'sent')) return dispatch;
  }
  return null;
}

async function othersAbout(
  key: Pick<Key, 'id'>,
  { ledger, own }: { ledger: LedgerReader; own: Own | null },
): Promise<Dispatch[]> {
  const all = await ledger.dispatchesOfKey(key.id);
  return all.filter(({ run, step }) => own === null || run !== own.run || step !== own.step);
}

function isSamePlace(one: Addressee, two: Addressee): boolean {
  return one.way === two.way && one.address === two.address && one.over === two.over;
}

// Not the whole letter: its reference is the run where there is no incident.
function wordsOf({ facts, addressees }: Pick<Dispatch, 'facts' | 'addressees'>): string {
  return contentHash({ facts, addressees });
}
