import type { Key } from '../domain/key.ts';
import { boardOf, type PeerBoard } from '../domain/peer.ts';
import type { LedgerReader } from '../ledger/reader.ts';

/** The re-pin board of one version of a key as it is now: everybody who pins its name. */
export async function boardNow(
  ledger: Pick<LedgerReader, 'peers' | 'peerProgress'>,
  key: Pick<Key, 'id' | 'slug'>,
): Promise<PeerBoard> {
  const peers = (await ledger.peers()).filter((peer) => peer.pins.includes(key.slug));
  return boardOf(key.id, peers, await ledger.peerProgress(key.id));
}
