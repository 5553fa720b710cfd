import type { Selectable } from 'kysely';
import { Actor, KeyId } from '../domain/ids.ts';
import { PEER_STATES, type Peer, type PeerProgress } from '../domain/peer.ts';
import { fromJson, instant, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { PeerReader } from './peer-reader.ts';
import type { PeerProgressTable, PeersTable } from './schema/peers.ts';

export function peerQueries(db: LedgerDb): Omit<PeerReader, 'canary'> {
  const registered = () => db.selectFrom('peers').selectAll().where('removed_at', 'is', null);
  return {
    peers: async () => (await registered().orderBy('name').execute()).map(peerFromRow),
    peer: async (name) => {
      const row = await registered().where('name', '=', name).executeTakeFirst();
      return row === undefined ? null : peerFromRow(row);
    },
    peerProgress: async (key) =>
      (await db.selectFrom('peer_progress').selectAll().where('key_id', '=', key).orderBy('peer').execute()).map(
        progressFromRow,
      ),
  };
}

function peerFromRow(row: Selectable<PeersTable>): Peer {
  return {
    name: row.name,
    contact: row.contact,
    connection: row.connection,
    pins: fromJson(Texts, row.pins),
    registeredAt: instant(row.registered_at),
  };
}

function progressFromRow(row: Selectable<PeerProgressTable>): PeerProgress {
  const reached = PEER_STATES.flatMap((state) => {
    const at = instant(row[`${state}_at`]);
    return at === null ? [] : [[state, { at, evidence: row[`${state}_evidence`] ?? '' }] as const];
  });
  const waivedAt = instant(row.waived_at);
  return {
    peer: row.peer,
    key: KeyId.parse(row.key_id),
    reached: Object.fromEntries(reached),
    waived:
      waivedAt === null || row.waived_by === null
        ? null
        : { at: waivedAt, by: Actor.parse(row.waived_by), reason: row.waived_reason ?? '' },
  };
}
