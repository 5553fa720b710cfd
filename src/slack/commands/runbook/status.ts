import { isOver, type Run } from '../../../domain/run.ts';
import { actorText, displayNames, keyName } from '../../load/names.ts';
import { loadRun } from '../../load/run.ts';
import { stepShown } from '../../load/step-shown.ts';
import type { Desk, Moment } from '../../moment.ts';
import { isReadable } from '../../readable.ts';
import { type RunRow, runList } from '../../views/run-list.ts';
import { runProgress } from '../../views/run-progress.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore } from '../words.ts';
import { runMeant } from './which-run.ts';

const EXAMPLE = '/runbook status run-7gmw3c';

/** One run as its message shows it; without a name and outside of its thread, what is under way. */
export const status: Verb = {
  verb: 'status',
  example: 'status run-7gmw3c',
  help: 'how far a run is, or all that are under way',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    if (words.length === 0 && moment.thread === null) return underWay(moment, desk);
    const { run, rest } = await runMeant(words, moment, desk);
    assertNoMore(rest, EXAMPLE);
    await desk.engine.mayOn(run.id, { ...moment.origin, verb: 'read' });
    const progress = await loadRun(desk, run.id);
    if (progress !== null) await moment.show(runProgress(progress));
  },
};

const LOOKED_AT = 200;

async function underWay(moment: Moment, desk: Desk): Promise<void> {
  const rows: RunRow[] = [];
  for (const id of await desk.ledger.newestRuns({ open: true, limit: LOOKED_AT })) {
    const run = await desk.ledger.run(id);
    // A run that another one started is part of that one's message.
    if (run === null || run.parent !== null || !(await isReadable(run, moment, desk))) continue;
    rows.push(await rowOf(run, desk));
  }
  await moment.show(runList(rows, desk.now()));
}

async function rowOf(run: Run, desk: Desk): Promise<RunRow> {
  const name = await displayNames(desk);
  const at = Object.values(run.steps).find((record) => !isOver(record));
  const shown = at === undefined ? null : await stepShown(desk, { run: run.id, record: at }, name);
  return {
    id: run.id,
    runbook: run.runbook.id,
    key: await keyName(desk.ledger, run.key),
    startedAt: run.startedAt,
    by: actorText(run.requestedBy, name),
    isPaused: run.paused !== null,
    at: at === undefined || shown === null ? null : { step: at.step, shown },
  };
}
