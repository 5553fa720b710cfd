import type { Insertable, Selectable } from 'kysely';
import { type Alarm, AlarmKind } from '../domain/alarm.ts';
import { type Claim, ClaimedBy } from '../domain/claim.ts';
import { Actor, ClaimId, KeyId, RunId, SecretId } from '../domain/ids.ts';
import { instant, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader, VaultProof } from './reader.ts';
import type { AlarmsTable, ClaimsTable, VaultProofsTable } from './schema/keys.ts';

export function claimQueries(
  db: LedgerDb,
): Pick<
  LedgerReader,
  | 'claim'
  | 'claimByTokenHash'
  | 'claimsOfKey'
  | 'openClaims'
  | 'vaultProofs'
  | 'alarm'
  | 'alarmsSince'
  | 'openAlarms'
  | 'lastAlarm'
> {
  const claims = () => db.selectFrom('claims').selectAll();
  const alarms = () => db.selectFrom('alarms').selectAll();
  const one = (row: Selectable<ClaimsTable> | undefined) => (row === undefined ? null : claimFromRow(row));
  const single = (row: Selectable<AlarmsTable> | undefined) => (row === undefined ? null : alarmFromRow(row));
  return {
    claim: async (id) => one(await claims().where('id', '=', id).executeTakeFirst()),
    claimByTokenHash: async (hash) => one(await claims().where('token_hash', '=', hash).executeTakeFirst()),
    claimsOfKey: async (key) =>
      (await claims().where('key_id', '=', key).orderBy('created_at', 'desc').execute()).map(claimFromRow),
    openClaims: async (now) => {
      const open = claims().where('taken_at', 'is', null).where('expires_at', '>', stored(now));
      return (await open.orderBy('created_at', 'desc').execute()).map(claimFromRow);
    },
    vaultProofs: async () =>
      (await db.selectFrom('vault_proofs').selectAll().orderBy('adopted_at', 'desc').execute()).map(proofFromRow),
    alarm: async (id) => single(await alarms().where('id', '=', id).executeTakeFirst()),
    alarmsSince: async (since) =>
      (await alarms().where('raised_at', '>', stored(since)).orderBy('raised_at').execute()).map(alarmFromRow),
    openAlarms: async (kind) => {
      const open = alarms().where('kind', '=', kind).where('ended_at', 'is', null);
      return (await open.orderBy('raised_at').execute()).map(alarmFromRow);
    },
    lastAlarm: async (key, kind) =>
      single(
        await alarms()
          .where('key_id', key === null ? 'is' : '=', key)
          .where('kind', '=', kind)
          .orderBy('raised_at', 'desc')
          .executeTakeFirst(),
      ),
  };
}

export function claimToRow(claim: Claim): Insertable<ClaimsTable> {
  return {
    id: claim.id,
    secret_id: claim.secret,
    key_id: claim.key,
    run_id: claim.run,
    token_hash: claim.tokenHash,
    recipient: claim.recipient,
    offered_by: claim.offeredBy,
    created_at: stored(claim.createdAt),
    expires_at: stored(claim.expiresAt),
    taken_at: stored(claim.takenAt),
    taken_by: claim.takenBy,
    taken_how: claim.takenHow,
    refusals: claim.refusals,
  };
}

function claimFromRow(row: Selectable<ClaimsTable>): Claim {
  return {
    id: ClaimId.parse(row.id),
    secret: SecretId.parse(row.secret_id),
    key: KeyId.parse(row.key_id),
    run: row.run_id === null ? null : RunId.parse(row.run_id),
    tokenHash: row.token_hash,
    recipient: row.recipient,
    offeredBy: Actor.parse(row.offered_by),
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    takenAt: instant(row.taken_at),
    takenBy: row.taken_by === null ? null : Actor.parse(row.taken_by),
    takenHow: row.taken_how === null ? null : ClaimedBy.parse(row.taken_how),
    refusals: row.refusals,
  };
}

function proofFromRow(row: Selectable<VaultProofsTable>): VaultProof {
  const { master_key: masterKey, pepper, envelope, digest } = row;
  return { masterKey, pepper, envelope, digest, retiredAt: instant(row.retired_at) };
}

function alarmFromRow(row: Selectable<AlarmsTable>): Alarm {
  return {
    id: row.id,
    kind: AlarmKind.parse(row.kind),
    key: row.key_id === null ? null : KeyId.parse(row.key_id),
    sentence: row.sentence,
    raisedAt: instant(row.raised_at),
    ended: row.ended_at === null ? null : { at: instant(row.ended_at), why: row.ended_because ?? '' },
  };
}
