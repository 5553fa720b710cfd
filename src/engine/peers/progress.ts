import { awaitedVersion } from '../../domain/awaited-version.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { type BoardRow, hasReached, PEER_STATES, standing } from '../../domain/peer.ts';
import { Refusal } from '../../errors.ts';
import { boardNow } from '../../steps/board.ts';
import { recordOnKey, type Standing } from '../keys/record-on-key.ts';
import { findKey } from '../which-key.ts';
import type { OnProgress, Peers, PeersDeps } from './peers.ts';
import { peerOrRefuse } from './register.ts';

export async function reach(deps: PeersDeps, request: Parameters<Peers['reach']>[0]): Promise<void> {
  const { state, reason } = request;
  await onBoard(deps, request, {
    verb: 'answer',
    doing: `say that a peer ${state}`,
    events: (row, key) => {
      if (hasReached(row.state, state)) throw there(row);
      return [{ type: 'peer_reached', peer: row.peer.name, key: key.id, state, evidence: evidenceOf(request, reason) }];
    },
  });
}

export async function waive(deps: PeersDeps, request: OnProgress): Promise<void> {
  const { actor: by, reason } = request;
  await onBoard(deps, request, {
    verb: 'waive',
    doing: 'waive a peer of',
    events: (row, key) => {
      if (row.waived !== null || row.state === PEER_STATES.at(-1)) throw there(row);
      return [{ type: 'peer_waived', peer: row.peer.name, key: key.id, reason, by }];
    },
  });
}

interface Verdict {
  verb: 'answer' | 'waive';
  doing: string;
  events: (row: BoardRow, key: Standing['key']) => LedgerEvent[];
}

async function onBoard(deps: PeersDeps, request: OnProgress, { verb, doing, events }: Verdict): Promise<void> {
  const { id } = await versionAwaited(deps.ledger.read, request.key);
  await recordOnKey(
    deps,
    { ...request, key: id },
    {
      verb,
      doing,
      decide: async ({ key, read }) => {
        const { name } = await peerOrRefuse(read, request.peer);
        const board = await boardNow(read, key);
        const row = board.rows.find((one) => one.peer.name === name);
        if (row !== undefined) return events(row, key);
        const pinning = board.rows.map((one) => one.peer.name).join(', ') || 'nobody';
        throw new Refusal('peer_not_on_board', `${name} does not pin ${key.slug}. Who does: ${pinning}.`);
      },
    },
  );
}

/** The newest version of a name that is not over: the one that peers move to, also before it is the current one. */
export async function versionAwaited(read: Parameters<typeof findKey>[0], name: string): Promise<Standing['key']> {
  const key = await findKey(read, name);
  if (key.slug !== name) return key;
  return awaitedVersion(key, await read.versionsOf(key.slug));
}

function evidenceOf({ actor }: OnProgress, reason: string): string {
  return `${actor} says: ${reason}`;
}

function there(row: BoardRow): Refusal {
  return new Refusal('peer_there', `${row.peer.name} is there already: ${standing(row)}.`);
}
