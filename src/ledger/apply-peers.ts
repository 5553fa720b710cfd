import type { PeerEvent } from '../domain/peer-event.ts';
import { answerWaiting } from './apply-runs.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

export async function applyPeerEvent(tx: LedgerDb, event: PeerEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  const registered = (name: string) => tx.updateTable('peers').where('name', '=', name).where('removed_at', 'is', null);
  switch (event.type) {
    case 'peer_registered': {
      const { name, contact, connection, pins, registeredAt } = event.peer;
      const row = { contact, connection, pins: jsonText(pins), registered_at: stored(registeredAt), removed_at: null };
      // A name that was removed may come back; one that is there may not be taken.
      const change = { ...row };
      await changeOneOrInsert(tx, name, change);
      return;
    }
    case 'peer_changed': {
      const { pins, ...rest } = event.change;
      const change = { ...rest, ...(pins === undefined ? {} : { pins: jsonText(pins) }) };
      return changeOne(registered(event.peer).set(change), `peer ${event.peer}`);
    }
    case 'peer_removed':
      return changeOne(registered(event.peer).set({ removed_at: at }), `peer ${event.peer}`);
    case 'peer_reached': {
      await beginProgress(tx, event);
      const { state, evidence } = event;
      const reached = { [`${state}_at`]: at, [`${state}_evidence`]: evidence };
      // The first time counts, and nobody is told twice: the second of two that tell at once is refused.
      await changeOne(
        ofPeer(tx, event).set(reached).where(`${state}_at`, 'is', null),
        `peer ${event.peer} before ${state}`,
      );
      return answerWaiting(tx, event.key, at);
    }
    case 'peer_waived': {
      await beginProgress(tx, event);
      const waived = { waived_at: at, waived_by: event.by, waived_reason: event.reason };
      await changeOne(
        ofPeer(tx, event).set(waived).where('waived_at', 'is', null),
        `peer ${event.peer} without a waiver`,
      );
      return answerWaiting(tx, event.key, at);
    }
    default:
      return event satisfies never;
  }
}

type OfPeer = Extract<PeerEvent, { type: 'peer_reached' | 'peer_waived' }>;

async function changeOneOrInsert(
  tx: LedgerDb,
  name: string,
  row: { contact: string; connection: string | null; pins: string; registered_at: string; removed_at: null },
): Promise<void> {
  const before = await tx.selectFrom('peers').select('removed_at').where('name', '=', name).executeTakeFirst();
  if (before === undefined) {
    await tx
      .insertInto('peers')
      .values({ name, ...row })
      .execute();
    return;
  }
  await changeOne(
    tx.updateTable('peers').set(row).where('name', '=', name).where('removed_at', 'is not', null),
    `removed peer ${name}`,
  );
}

async function beginProgress(tx: LedgerDb, { peer, key }: OfPeer): Promise<void> {
  await tx
    .insertInto('peer_progress')
    .values({ ...NOTHING_YET, peer, key_id: key })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const NOTHING_YET = {
  notified_at: null,
  notified_evidence: null,
  acknowledged_at: null,
  acknowledged_evidence: null,
  pinned_at: null,
  pinned_evidence: null,
  pulled_at: null,
  pulled_evidence: null,
  waived_at: null,
  waived_by: null,
  waived_reason: null,
};

function ofPeer(tx: LedgerDb, { peer, key }: OfPeer) {
  return tx.updateTable('peer_progress').where('peer', '=', peer).where('key_id', '=', key);
}
