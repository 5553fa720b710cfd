import type { Actor, KeyId } from './ids.ts';
import type { Peer, PeerChange, PeerState } from './peer.ts';
import type { Told } from './told.ts';

/** Who trusts our keys, and how far each of them has come with a new one. */
export type PeerEvent =
  | { type: 'peer_registered'; peer: Peer; reason: string }
  | { type: 'peer_changed'; peer: string; change: PeerChange; reason: string }
  | { type: 'peer_removed'; peer: string; reason: string }
  /** `evidence`: what says so: the id of a notice, what a person wrote, or what a probe saw. */
  | { type: 'peer_reached'; peer: string; key: KeyId; state: PeerState; evidence: string }
  /** A person lets the key go ahead without this peer. */
  | { type: 'peer_waived'; peer: string; key: KeyId; reason: string; by: Actor };

export type ToldOfPeer = Extract<Told, { type: PeerEvent['type'] }>;

export function isAboutPeer(event: Told): event is ToldOfPeer {
  return event.type.startsWith('peer_');
}

export function sentenceForPeer(event: ToldOfPeer, name: (id: string) => string): string {
  switch (event.type) {
    case 'peer_registered':
      return `The peer ${event.peer.name} (${event.peer.contact}) was registered; it pins ${event.peer.pins.join(', ')}: ${event.reason}`;
    case 'peer_changed':
      return `The peer ${event.peer} was changed (${Object.keys(event.change).join(', ')}): ${event.reason}`;
    case 'peer_removed':
      return `The peer ${event.peer} was removed: ${event.reason}`;
    case 'peer_reached':
      return `${event.peer} ${DID[event.state]} ${name(event.key)}: ${event.evidence}`;
    case 'peer_waived':
      return `${event.by} let ${name(event.key)} go ahead without the peer ${event.peer}: ${event.reason}`;
    default:
      return event satisfies never;
  }
}

const DID: Record<PeerState, string> = {
  notified: 'was told about',
  acknowledged: 'acknowledged',
  pinned: 're-pinned to',
  pulled: 'pulls with',
};
