import { expect, test } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import { sentenceFor, toldBy } from '../../src/domain/timeline.ts';
import { loadRun } from '../../src/slack/load/run.ts';
import { runProgress } from '../../src/slack/views/run-progress.ts';
import { MINUTE } from '../support/builders.ts';
import { anEngineWorld } from '../support/engine-world.ts';
import { eachOf } from '../support/fan-out-plans.ts';
import { aFanOutWorld, runsByName } from '../support/fan-out-world.ts';
import { waitsUntil } from '../support/holding.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

test('the message of a run says how far its list of runs is', async () => {
  const world = await aFanOutWorld(
    eachOf(NAMES, { ramp: 2, maxFailures: { kind: 'count', count: 1 } }),
    new Set(['b']),
  );
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  const shown = async () => {
    const run = await loadRun({ ...rekey.deps, ledger: rekey.ledger.read }, id);
    return run === null ? '' : JSON.stringify(runProgress(run));
  };
  await rekey.engine.advance(id);
  expect(await shown()).toContain('waiting for its runs (0 of 5 done, 2 running)');
  for (const run of Object.values(await runsByName(rekey, id))) await rekey.engine.advance(run);
  await rekey.engine.advance(id);
  expect(await shown()).toContain('waiting for its runs (1 of 5 done, 1 failed, 2 running)');
});

test('the message of a run says of the one that it started which that is, and what it waits for', async () => {
  const fan = aPlannedStep('fan', { uses: 'runbook.start', resolve: () => ({ runbook: 'R-CHILD', inputs: {} }) });
  const world = await anEngineWorld(aPlan([[fan]]));
  world.setRunbook('R-CHILD', { ...aPlan([[aPlannedStep('inner')]]), hash: 'c'.repeat(64) });
  world.outside.results.set('inner', waitsUntil(60 * MINUTE));
  const rekey = await world.open();
  const id = await rekey.begin();
  await rekey.queue.settle();
  const run = await loadRun({ ...rekey.deps, ledger: rekey.ledger.read }, id);
  if (run === null) throw new Error('no run');
  expect(JSON.stringify(runProgress(run))).toContain(`R-CHILD (${id}-fan-1), where inner waits for its time`);
});

test('the timeline names what its list is, what failed and what was not started', async () => {
  const world = await aFanOutWorld(eachOf(NAMES, { ramp: 1 }), new Set(['b']));
  const rekey = await world.open();
  const id = await rekey.begin();
  await rekey.queue.settle();
  const { incident } = await rekey.run(RunId.parse(id));
  const lines = await rekey.ledger.read.audit({ ...(incident === null ? {} : { incident }), limit: 200 });
  const told = lines.reverse().flatMap((line) => sentenceFor(toldBy(line), new Map()) ?? []);
  expect(told).toContain('Step fan is for 5: a, b, c, d, e.');
  expect(told.join('\n')).toMatch(/Step fan: b failed: R-CHILD \(.*\) failed at verdict: no luck with b\./);
  expect(told.join('\n')).toContain('Step fan started no more (3 left): c, d, e.');
});
