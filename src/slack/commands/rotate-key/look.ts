import { RunId } from '../../../domain/ids.ts';
import { Refusal } from '../../../errors.ts';
import { openIncidents } from '../../load/open-incidents.ts';
import { loadRun } from '../../load/run.ts';
import type { Desk, Moment } from '../../moment.ts';
import { assertMayReadKeyOf, isReadable } from '../../readable.ts';
import { openRuns } from '../../views/open-runs.ts';
import { runProgress } from '../../views/run-progress.ts';
import type { Verb } from '../contract.ts';
import { showKey } from '../keys/show.ts';
import { mayWithSomeKey } from '../offered.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, idOf, slugOf } from '../words.ts';

const STATUS = '/rotate-key status run-4k9x2m7qpd';

export const statusVerb: Verb = {
  verb: 'status',
  example: 'status run-4k9x2m7qpd',
  help: 'how far it is; without an id, all that are under way',
  offered: mayWithSomeKey('read'),
  run: async ([id, ...more]: readonly Token[], moment: Moment, desk: Desk) => {
    assertNoMore(more, STATUS);
    if (id === undefined) return underWay(moment, desk);
    const run = idOf(id, { prefix: 'run', what: 'run', example: STATUS });
    const found = await desk.ledger.run(RunId.parse(run));
    const progress = await loadRun(desk, run);
    if (found === null || progress === null)
      throw new Refusal('unknown_run', `There is no run "${run}". Type /rotate-key status to see those under way.`);
    await assertMayReadKeyOf(found, moment, desk);
    return moment.show(runProgress(progress));
  },
};

async function underWay(moment: Moment, desk: Desk): Promise<void> {
  const rows = [];
  for (const incident of await openIncidents(desk.ledger)) {
    const runs = [];
    for (const run of await desk.ledger.runsOfIncident(incident.id))
      if (await isReadable(run, moment, desk)) runs.push(run);
    if (runs.length > 0) rows.push({ incident, runs });
  }
  return moment.show(openRuns(rows));
}

export const showVerb: Verb = {
  verb: 'show',
  example: 'show payments-prod',
  help: 'its dates, owner and health, never the key',
  offered: mayWithSomeKey('read'),
  run: async ([name, ...more], moment, desk) => {
    const example = '/rotate-key show payments-prod';
    assertNoMore(more, example);
    return showKey(slugOf(name, example), moment, desk);
  },
};
