import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import type { FanOutItem, ItemNow } from '../domain/fan-out.ts';
import { type KeyId, RunId, type StepId } from '../domain/ids.ts';
import type { LedgerDb } from './open.ts';
import type { FanOutItemsTable } from './schema/fan-outs.ts';

const RunEnd = z.enum(['succeeded', 'failed', 'cancelled']);
const Outcome = z.enum([...RunEnd.options, 'not_started']);

export function itemToRow({ run, step }: { run: RunId; step: StepId }, item: FanOutItem): Insertable<FanOutItemsTable> {
  return {
    run_id: run,
    step_id: step,
    position: item.index,
    name: item.name,
    inputs_hash: item.inputsHash,
    tried: item.tried,
    child: item.run,
    joined: item.joined ? 1 : 0,
    outcome: item.outcome,
    why: item.why,
  };
}

function itemFromRow(row: Selectable<FanOutItemsTable>): FanOutItem {
  return {
    index: row.position,
    name: row.name,
    inputsHash: row.inputs_hash,
    tried: row.tried,
    run: row.child === null ? null : RunId.parse(row.child),
    joined: row.joined === 1,
    outcome: row.outcome === null ? null : Outcome.parse(row.outcome),
    why: row.why,
  };
}

/** What a run has to do with other runs. Each answer costs what these runs have, whatever else the ledger holds. */
export interface FanOutReader {
  /** The items of a step with `each`, in the order of its list. */
  fanOutItems: (run: RunId, step: StepId) => Promise<ItemNow[]>;
  /** The runs that it, or this step of it, started and that have not ended. */
  openChildren: (run: RunId, step?: StepId) => Promise<RunId[]>;
  /** The run that started it, the one that started that, and so on. */
  ancestorsOf: (run: RunId) => Promise<RunId[]>;
  /** The open runs that this key is in the hands of, the first one first: none that is being cancelled, none that leaves it to others. */
  holdersOf: (key: KeyId) => Promise<Holder[]>;
  /** The runs that it waits for now. */
  waitsFor: (run: RunId) => Promise<RunId[]>;
}

export interface Holder {
  run: RunId;
  parent: { run: string; step: string } | null;
}

export function fanOutQueries(db: LedgerDb): FanOutReader {
  return {
    fanOutItems: async (run, step) => {
      const rows = await db
        .selectFrom('fan_out_items')
        .selectAll('fan_out_items')
        .where('run_id', '=', run)
        .where('step_id', '=', step)
        .leftJoin('runs', (join) =>
          join.onRef('runs.id', '=', 'fan_out_items.child').on('runs.finished_at', 'is not', null),
        )
        .select('runs.outcome as run_outcome')
        .orderBy('position')
        .execute();
      return rows.map(({ run_outcome: end, ...row }) => ({
        ...itemFromRow(row),
        ended: end === null ? null : RunEnd.parse(end),
      }));
    },
    openChildren: async (run, step) => {
      const rows = await db
        .selectFrom('runs')
        .select('id')
        .where('parent_run', '=', run)
        .where('finished_at', 'is', null)
        .$if(step !== undefined, (query) => query.where('parent_step', '=', step ?? null))
        .execute();
      return rows.map(({ id }) => RunId.parse(id));
    },
    ancestorsOf: (run) => ancestorsOf(db, run),
    holdersOf: async (key) => {
      const rows = await db
        .selectFrom('runs')
        .select(['id', 'parent_run', 'parent_step'])
        .where('key_id', '=', key)
        .where('finished_at', 'is', null)
        .where('cancel_requested_at', 'is', null)
        .where('open_runs', '=', 'one_per_key')
        .orderBy('started_at')
        .execute();
      return rows.map(({ id, parent_run: run, parent_step: step }) => ({
        run: RunId.parse(id),
        parent: run === null || step === null ? null : { run, step },
      }));
    },
    waitsFor: async (run) => [...(await awaitedBySteps(db, run)), ...(await awaitedByItems(db, run))],
  };
}

async function ancestorsOf(db: LedgerDb, run: RunId): Promise<RunId[]> {
  const found: RunId[] = [];
  for (let at: string | null = run; at !== null; ) {
    const row: { parent_run: string | null } | undefined = await db
      .selectFrom('runs')
      .select('parent_run')
      .where('id', '=', at)
      .executeTakeFirst();
    at = row?.parent_run ?? null;
    if (at !== null) found.push(RunId.parse(at));
  }
  return found;
}

async function awaitedBySteps(db: LedgerDb, run: RunId): Promise<RunId[]> {
  const rows = await db
    .selectFrom('steps')
    .select('waiting_id')
    .where('run_id', '=', run)
    .where('state', '=', 'waiting')
    .where('waiting_kind', '=', 'run')
    .execute();
  return rows.flatMap(({ waiting_id: id }) => (id === null ? [] : [RunId.parse(id)]));
}

async function awaitedByItems(db: LedgerDb, run: RunId): Promise<RunId[]> {
  const rows = await db
    .selectFrom('fan_out_items')
    .select('child')
    .where('run_id', '=', run)
    .where('child', 'is not', null)
    .where('outcome', 'is', null)
    .execute();
  return rows.flatMap(({ child }) => (child === null ? [] : [RunId.parse(child)]));
}

/** Whether an item has ended that the step has not counted: it looked before this transaction, and nobody tells it twice. */
export async function hasUncounted(tx: LedgerDb, { run, step }: { run: string; step: string }): Promise<boolean> {
  const row = await tx
    .selectFrom('fan_out_items')
    .innerJoin('runs', 'runs.id', 'fan_out_items.child')
    .select('fan_out_items.position')
    .where('fan_out_items.run_id', '=', run)
    .where('fan_out_items.step_id', '=', step)
    .where('fan_out_items.outcome', 'is', null)
    .where('runs.finished_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** The steps with an item that is taken care of by this run. */
export async function stepsWithItem(tx: LedgerDb, child: string): Promise<{ run_id: string; step_id: string }[]> {
  return tx
    .selectFrom('fan_out_items')
    .select(['run_id', 'step_id'])
    .where('child', '=', child)
    .where('outcome', 'is', null)
    .execute();
}
