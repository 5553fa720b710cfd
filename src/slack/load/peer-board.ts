import { KeyId } from '../../domain/ids.ts';
import { nameOf } from '../../domain/key.ts';
import { type BoardRow, behind, isThere, type PeerState } from '../../domain/peer.ts';
import { boardNow } from '../../steps/board.ts';
import type { Sources } from '../deps.ts';
import type { PeerBoardCard } from '../views/peer-board.ts';
import { actorText, displayNames, type NameOf } from './names.ts';

export async function loadPeerBoard(sources: Sources, subject: string): Promise<PeerBoardCard | null> {
  const { ledger } = sources;
  const key = await ledger.key(KeyId.parse(subject));
  if (key === null) return null;
  const name = await displayNames(sources);
  const board = await boardNow(ledger, key);
  // Trust comes first; that it works is seen afterwards.
  const wanted: PeerState = behind(board, 'pinned').length > 0 ? 'pinned' : 'pulled';
  const rows = board.rows.map((row) => ({ ...rowOf(row, name), isThere: isThere(row, wanted) }));
  return { id: key.id, key: nameOf(key), wanted, rows };
}

function rowOf(
  { peer, state, since, evidence, waived }: BoardRow,
  name: NameOf,
): Omit<PeerBoardCard['rows'][number], 'isThere'> {
  return {
    peer: peer.name,
    contact: name(peer.contact),
    state,
    since,
    evidence,
    waived: waived === null ? null : { at: waived.at, by: actorText(waived.by, name), reason: waived.reason },
  };
}
