import { expect, test } from 'vitest';
import { runFacts } from '../../src/cli/runs/run-facts.ts';
import { eachOf } from '../support/fan-out-plans.ts';
import { aFanOutWorld } from '../support/fan-out-world.ts';

test('a run that is shown on the command line says how far its list is, and which run took care of what', async () => {
  const world = await aFanOutWorld(eachOf(['a', 'b', 'c'], { ramp: 2 }));
  const rekey = await world.open();
  rekey.queue.forgets = true;
  const id = await rekey.begin();
  await rekey.engine.advance(id);
  const facts = await runFacts({ ledger: rekey.ledger, runbooks: rekey.deps.runbooks }, await rekey.run(id));
  expect(facts.steps[0]?.waits_for).toBe('its runs (0 of 3 done, 2 running)');
  expect(facts.items).toMatchObject([
    { step: 'fan', index: 1, name: 'a', run: `${id}-fan-1-1`, joined: false, outcome: null },
    { name: 'b', run: `${id}-fan-1-2` },
    { name: 'c', run: null },
  ]);
});
