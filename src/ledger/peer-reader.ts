import type { Canary } from '../domain/canary.ts';
import type { KeyId } from '../domain/ids.ts';
import type { Peer, PeerProgress } from '../domain/peer.ts';

/** What can be asked of the ledger about who trusts our keys, and about the canaries of new ones. */
export interface PeerReader {
  /** Everybody who is registered now, by name. */
  peers: () => Promise<Peer[]>;
  peer: (name: string) => Promise<Peer | null>;
  /** How far each peer has come with this version of a key; nothing for one that was never told. */
  peerProgress: (key: KeyId) => Promise<PeerProgress[]>;
  /** By the token of its step. */
  canary: (id: string) => Promise<Canary | null>;
}
