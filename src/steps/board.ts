import { awaitedVersion } from '../domain/awaited-version.ts';
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

/** Of what takes the place of a key, once there is something; null for a key that nobody pins. */
export async function boardOfReplacement(
  ledger: Pick<LedgerReader, 'peers' | 'peerProgress' | 'versionsOf'>,
  key: Key,
): Promise<PeerBoard | null> {
  const board = await boardNow(ledger, awaitedVersion(key, await ledger.versionsOf(key.slug)));
  return board.rows.length === 0 ? null : board;
}
