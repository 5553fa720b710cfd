import { RunId } from '../domain/ids.ts';
import { wakeRun } from './apply-runs.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

/** The right to work on a run. Every write of a worker carries the epoch; a worker whose epoch is old changes nothing any more. */
export interface Lease {
  run: RunId;
  epoch: number;
}

export interface Leases {
  /**
   * Takes the run unless somebody else holds it: `free` says whether an unexpired lease of that owner may be taken over (its process
   * is known to be gone). Null when the run is finished, unknown or held.
   */
  take: (
    run: RunId,
    holder: { owner: string; until: Date; now: Date; free: (owner: string) => boolean },
  ) => Promise<Lease | null>;
  /** Prolongs it; false when it was lost. */
  renew: (lease: Lease, until: Date) => Promise<boolean>;
  /** What `sleep` compares with, read before deciding that there is nothing to do. */
  wakeSeq: (run: RunId) => Promise<number>;
  /** Gives the run back, due again at `wakeAt`. False when something woke it since `seq` was read: look again. */
  sleep: (lease: Lease, at: { seq: number; wakeAt: Date | null }) => Promise<boolean>;
  /** Makes an unfinished run due at once. */
  wake: (run: RunId, now: Date) => Promise<void>;
  /** Runs that are due and that nobody holds. */
  due: (now: Date, free: (owner: string) => boolean) => Promise<RunId[]>;
}

export function openLeases(db: LedgerDb): Leases {
  const mine = (lease: Lease) =>
    db
      .updateTable('runs')
      .where('id', '=', lease.run)
      .where('lease_epoch', '=', lease.epoch)
      .where('finished_at', 'is', null);
  return {
    take: async (run, { owner, until, now, free }) => {
      const row = await db
        .selectFrom('runs')
        .select(['lease_epoch', 'lease_owner', 'lease_until'])
        .where('id', '=', run)
        .where('finished_at', 'is', null)
        .executeTakeFirst();
      if (row === undefined || isHeld(row, now, free)) return null;
      // Compare-and-set on the epoch: of two workers that both saw it free, one gets it.
      const taken = await db
        .updateTable('runs')
        .set({ lease_epoch: row.lease_epoch + 1, lease_owner: owner, lease_until: stored(until) })
        .where('id', '=', run)
        .where('lease_epoch', '=', row.lease_epoch)
        .where('finished_at', 'is', null)
        .executeTakeFirst();
      return taken.numUpdatedRows === 1n ? { run, epoch: row.lease_epoch + 1 } : null;
    },
    renew: async (lease, until) =>
      (
        await mine(lease)
          .set({ lease_until: stored(until) })
          .executeTakeFirst()
      ).numUpdatedRows === 1n,
    wakeSeq: async (run) =>
      (await db.selectFrom('runs').select('wake_seq').where('id', '=', run).executeTakeFirstOrThrow()).wake_seq,
    sleep: async (lease, { seq, wakeAt }) => {
      const slept = await mine(lease)
        .set({ wake_at: stored(wakeAt), lease_owner: null, lease_until: null })
        .where('wake_seq', '=', seq)
        .executeTakeFirst();
      return slept.numUpdatedRows === 1n;
    },
    wake: (run, now) => wakeRun(db, run, stored(now)),
    due: async (now, free) => {
      const rows = await db
        .selectFrom('runs')
        .select(['id', 'lease_owner', 'lease_until'])
        .where('finished_at', 'is', null)
        .where('wake_at', 'is not', null)
        .where('wake_at', '<=', stored(now))
        .orderBy('wake_at')
        .limit(500)
        .execute();
      return rows.filter((row) => !isHeld(row, now, free)).map((row) => RunId.parse(row.id));
    },
  };
}

function isHeld(
  row: { lease_owner: string | null; lease_until: string | null },
  now: Date,
  free: (owner: string) => boolean,
): boolean {
  if (row.lease_owner === null || row.lease_until === null) return false;
  return row.lease_until > stored(now) && !free(row.lease_owner);
}
