import type { Peer, PeerChange, PeerState } from '../../domain/peer.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { reach, waive } from './progress.ts';
import { add, change, remove } from './register.ts';

/** What the verbs on peers stand on. */
export type PeersDeps = Pick<EngineDeps, 'ledger' | 'policy' | 'classRule' | 'now' | 'log'>;

export type OnPeer = Origin & { peer: string; reason: string };
/** `key`: its name, id, public id or fingerprint; a name means the version that takes over, see `versionAwaited`. */
export type OnProgress = OnPeer & { key: string };

/**
 * Who trusts our keys, for the command line. Each verb checks the policy, writes change, audit and dedupe in one transaction, and returns when
 * that is durable. What people can act on comes as a Refusal.
 */
export interface Peers {
  /** For who may `change` every key that it pins. Refusals: `bad_peer`, `peer_known`, `unknown_key`, `not_allowed`. */
  add: (request: OnPeer & Pick<Peer, 'contact' | 'connection' | 'pins'>) => Promise<void>;
  change: (request: OnPeer & { change: PeerChange }) => Promise<void>;
  remove: (request: OnPeer) => Promise<void>;
  /** A person saw it: for who may `answer` for the key. `reason` is what shows it. Refusals: `unknown_peer`, `peer_not_on_board`, `peer_there`. */
  reach: (request: OnProgress & { state: Exclude<PeerState, 'notified'> }) => Promise<void>;
  /** For who may `waive`: the key goes ahead without this peer, under the name of who said so. */
  waive: (request: OnProgress) => Promise<void>;
}

export function openPeers(deps: PeersDeps): Peers {
  return {
    add: (request) => add(deps, request),
    change: (request) => change(deps, request),
    remove: (request) => remove(deps, request),
    reach: (request) => reach(deps, request),
    waive: (request) => waive(deps, request),
  };
}
