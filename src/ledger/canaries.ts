import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import type { Canary } from '../domain/canary.ts';
import { KeyId, RunId, SecretId, StepId } from '../domain/ids.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { PeerReader } from './peer-reader.ts';
import type { CanariesTable } from './schema/peers.ts';

const Members = z.array(
  z.object({ name: z.string(), sink: z.string(), target: z.string(), previous: SecretId.nullable() }),
);
const Outcome = z.enum(['healthy', 'returned']);

export function canaryQueries(db: LedgerDb): Pick<PeerReader, 'canary'> {
  return {
    canary: async (id) => {
      const row = await db.selectFrom('canaries').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : canaryFromRow(row);
    },
  };
}

export function canaryToRow(canary: Canary): Insertable<CanariesTable> {
  return {
    id: canary.id,
    run_id: canary.run,
    step_id: canary.step,
    key_id: canary.key,
    members: jsonText(canary.members),
    began_at: stored(canary.beganAt),
    delivered_at: stored(canary.deliveredAt),
    rounds: canary.rounds,
    probes: canary.probes,
    failures: canary.failures,
    missed: canary.missed,
    ended_at: stored(canary.endedAt),
    outcome: canary.outcome,
  };
}

function canaryFromRow(row: Selectable<CanariesTable>): Canary {
  return {
    id: row.id,
    run: RunId.parse(row.run_id),
    step: StepId.parse(row.step_id),
    key: KeyId.parse(row.key_id),
    members: fromJson(Members, row.members),
    beganAt: instant(row.began_at),
    deliveredAt: instant(row.delivered_at),
    rounds: row.rounds,
    probes: row.probes,
    failures: row.failures,
    missed: row.missed,
    endedAt: instant(row.ended_at),
    outcome: row.outcome === null ? null : Outcome.parse(row.outcome),
  };
}
