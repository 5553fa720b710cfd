import { expect, test } from 'vitest';
import { ConfigTrouble } from '../../src/errors.ts';
import { aKey } from '../support/builders.ts';
import { anEngineWorld } from '../support/engine-world.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep as step } from '../support/plans.ts';

test('a half-saved policy is not the step: nothing is taken back, and the run goes on once it can be read', async () => {
  const undoable = step('made', { uses: 'test.undoable', undo: 'undo' });
  const asking = step('asked', { uses: 'ask', resolve: () => ({ question: 'Done?', assignee: 'carol' }) });
  const world = await anEngineWorld(aPlan([[undoable], [asking]]));
  const rekey = await world.open();
  const policy = await rekey.deps.policy();
  const warned: unknown[] = [];
  rekey.deps.log.warn = (fields) => void warned.push(fields);
  world.outside.after = () => world.setPolicy(new ConfigTrouble('policy_broken', 'policy.yaml is half-saved.'));
  await rekey.begin().catch(() => {});
  const [run] = await rekey.ledger.read.runsOfKey(aKey().id);
  if (run === undefined) throw new Error('no run began');
  expect(world.outside.undone).toEqual([]);
  expect(run).toMatchObject({ outcome: null, steps: { made: { state: 'done' }, asked: { state: 'started' } } });
  const row = rawLedger(world.file).prepare('select lease_owner, wake_at from runs where id = ?').get(run.id);
  expect(row).toEqual({
    lease_owner: null,
    wake_at: new Date(world.now().getTime() + 5_000).toISOString(),
  });
  expect(warned).toContainEqual({
    err: expect.objectContaining({ message: 'policy.yaml is half-saved.' }),
    run: run.id,
  });
  world.setPolicy(policy.policy, policy.hash);
  world.pass(5_000);
  await rekey.engine.advance(run.id);
  expect(await rekey.states(run.id)).toEqual({ made: 'done', asked: 'waiting' });
});
