import { Actor, RunId, type StepId } from '../domain/ids.ts';
import type { Run } from '../domain/run.ts';
import { instant } from './codec.ts';
import type { LedgerDb } from './open.ts';

/** Who said whether an attempt that was left in doubt had its effect. */
export interface Settlement {
  token: string;
  attempts: number;
  happened: boolean;
  reason: string;
  by: Actor;
  at: Date;
}

/** What people ask of runs who look after them. */
export interface ControlReader {
  /** Newest first. */
  settlementsOf: (run: RunId, step: StepId | string) => Promise<Settlement[]>;
  /** The ids of the newest runs, the newest first; `open`: only of those that have not ended. */
  newestRuns: (filter: { open: boolean; limit: number }) => Promise<RunId[]>;
  /** The runs that it started, ended or not, the oldest first. */
  childrenOf: (run: RunId) => Promise<Pick<Run, 'id' | 'outcome'>[]>;
}

export function controlQueries(db: LedgerDb): ControlReader {
  return {
    settlementsOf: async (run, step) => {
      const rows = await db
        .selectFrom('settlements')
        .selectAll()
        .where('run_id', '=', run)
        .where('step_id', '=', step)
        .orderBy('at', 'desc')
        .execute();
      return rows.map(({ token, attempts, happened, reason, settled_by: by, at }) => ({
        token,
        attempts,
        happened: happened === 1,
        reason,
        by: Actor.parse(by),
        at: instant(at),
      }));
    },
    newestRuns: async ({ open, limit }) => {
      const all = db.selectFrom('runs').select('id').orderBy('started_at', 'desc').limit(limit);
      const rows = await (open ? all.where('finished_at', 'is', null) : all).execute();
      return rows.map(({ id }) => RunId.parse(id));
    },
    childrenOf: async (run) => {
      const rows = await db
        .selectFrom('runs')
        .select(['id', 'outcome'])
        .where('parent_run', '=', run)
        .orderBy('started_at')
        .execute();
      return rows.map(({ id, outcome }) => ({ id: RunId.parse(id), outcome: outcomeOf(outcome) }));
    },
  };
}

function outcomeOf(text: string | null): Run['outcome'] {
  return text === 'succeeded' || text === 'failed' || text === 'cancelled' ? text : null;
}
