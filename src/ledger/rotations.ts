import type { Insertable, Selectable } from 'kysely';
import { Actor, KeyId, RotationId, RunId } from '../domain/ids.ts';
import { type Rotation, RotationMode, RotationState } from '../domain/rotation.ts';
import { behind } from './behind.ts';
import { instant, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import type { RotationsTable } from './schema/keys.ts';

type RotationQueries = Pick<
  LedgerReader,
  | 'rotation'
  | 'openRotationOf'
  | 'rotationOfRun'
  | 'rotationsOf'
  | 'rotationsRequestedSince'
  | 'dueRotations'
  | 'openRotations'
  | 'rotationsEndedSince'
>;

export function rotationQueries(db: LedgerDb): RotationQueries {
  const all = () => db.selectFrom('rotations').selectAll();
  const one = (row: Selectable<RotationsTable> | undefined) => (row === undefined ? null : rotationFromRow(row));
  return {
    rotation: async (id) => one(await all().where('id', '=', id).executeTakeFirst()),
    openRotationOf: async (slug) =>
      one(
        await all()
          .where('slug', '=', slug)
          .where('ended_at', 'is', null)
          .orderBy('created_at', 'desc')
          .executeTakeFirst(),
      ),
    rotationOfRun: async (run) => one(await all().where('run_id', '=', run).executeTakeFirst()),
    rotationsOf: async (slug, limit) =>
      (await all().where('slug', '=', slug).orderBy('created_at', 'desc').limit(limit).execute()).map(rotationFromRow),
    rotationsRequestedSince: async (slug, since) =>
      (await all().where('slug', '=', slug).where('created_at', '>', stored(since)).execute()).map(rotationFromRow),
    dueRotations: async (at, limit, after) =>
      (
        await all()
          .where('state', '=', 'scheduled')
          .where('scheduled_at', '<=', stored(at))
          .where(behind('scheduled_at', after))
          .orderBy('scheduled_at')
          .orderBy('id')
          .limit(limit)
          .execute()
      ).map(rotationFromRow),
    openRotations: async (limit) =>
      (await all().where('ended_at', 'is', null).orderBy('created_at').limit(limit).execute()).map(rotationFromRow),
    rotationsEndedSince: async (since) =>
      (await all().where('ended_at', '>', stored(since)).orderBy('ended_at').execute()).map(rotationFromRow),
  };
}

export function rotationToRow(rotation: Rotation): Insertable<RotationsTable> & { slug: string } {
  return {
    id: rotation.id,
    key_id: rotation.key,
    slug: rotation.slug,
    replacement_id: rotation.replacement,
    run_id: rotation.run,
    mode: rotation.mode,
    state: rotation.state,
    reason: rotation.reason,
    requested_by: rotation.requestedBy,
    grace_ms: rotation.graceMs,
    approvals: rotation.approvals,
    recipient: rotation.recipient,
    created_at: stored(rotation.createdAt),
    scheduled_at: stored(rotation.scheduledAt),
    started_at: stored(rotation.startedAt),
    minted_at: stored(rotation.mintedAt),
    distributed_at: stored(rotation.distributedAt),
    verified_at: stored(rotation.verifiedAt),
    grace_started_at: stored(rotation.graceStartedAt),
    grace_ends_at: stored(rotation.graceEndsAt),
    revoked_at: stored(rotation.revokedAt),
    ended_at: stored(rotation.endedAt),
    why: rotation.why,
  };
}

function rotationFromRow(row: Selectable<RotationsTable>): Rotation {
  return {
    id: RotationId.parse(row.id),
    key: KeyId.parse(row.key_id),
    slug: row.slug,
    replacement: row.replacement_id === null ? null : KeyId.parse(row.replacement_id),
    run: row.run_id === null ? null : RunId.parse(row.run_id),
    mode: RotationMode.parse(row.mode),
    state: RotationState.parse(row.state),
    reason: row.reason,
    requestedBy: Actor.parse(row.requested_by),
    graceMs: row.grace_ms,
    approvals: row.approvals,
    recipient: row.recipient,
    createdAt: instant(row.created_at),
    scheduledAt: instant(row.scheduled_at),
    startedAt: instant(row.started_at),
    mintedAt: instant(row.minted_at),
    distributedAt: instant(row.distributed_at),
    verifiedAt: instant(row.verified_at),
    graceStartedAt: instant(row.grace_started_at),
    graceEndsAt: instant(row.grace_ends_at),
    revokedAt: instant(row.revoked_at),
    endedAt: instant(row.ended_at),
    why: row.why,
  };
}
