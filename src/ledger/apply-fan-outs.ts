import type { FanOutItem } from '../domain/fan-out.ts';
import type { FanOutEvent } from '../domain/fan-out-event.ts';
import type { RunId, StepId } from '../domain/ids.ts';
import { changeOne } from './change-one.ts';
import { itemToRow } from './fan-outs.ts';
import type { LedgerDb } from './open.ts';

// SQLite takes 32 766 values in one statement; an item has ten.
const AT_ONCE = 500;

export async function applyFanOutEvent(tx: LedgerDb, event: FanOutEvent): Promise<void> {
  switch (event.type) {
    case 'fan_out_planned':
      return plan(tx, event, event.items);
    case 'fan_out_moved': {
      const { generation: tried } = event;
      for (const { index, run: child, joined } of event.started)
        await change(tx, event, { index, set: { child, tried, joined: joined ? 1 : 0 } });
      for (const { index, outcome, why } of event.ended)
        await change(tx, event, { index, set: { outcome, why, ...(outcome === 'not_started' ? {} : { tried }) } });
      return;
    }
    default:
      return event satisfies never;
  }
}

interface Place {
  run: RunId;
  step: StepId;
}

/** A generation has one list; what is kept of the one before it stands in the new one. */
async function plan(tx: LedgerDb, { run, step }: Place, items: readonly FanOutItem[]): Promise<void> {
  await tx.deleteFrom('fan_out_items').where('run_id', '=', run).where('step_id', '=', step).execute();
  const rows = items.map((item) => itemToRow({ run, step }, item));
  for (let from = 0; from < rows.length; from += AT_ONCE)
    await tx
      .insertInto('fan_out_items')
      .values(rows.slice(from, from + AT_ONCE))
      .execute();
}

/** Only of an item that has not ended: no item is counted or started twice. */
async function change(
  tx: LedgerDb,
  { run, step }: Place,
  {
    index,
    set,
  }: {
    index: number;
    set: { child?: string; tried?: number; joined?: number; outcome?: string; why?: string | null };
  },
): Promise<void> {
  await changeOne(
    tx
      .updateTable('fan_out_items')
      .set(set)
      .where('run_id', '=', run)
      .where('step_id', '=', step)
      .where('position', '=', index)
      .where('outcome', 'is', null)
      .$if(set.child !== undefined, (update) => update.where('child', 'is', null)),
    `item ${index} of ${run}#${step} that could be changed`,
  );
}
