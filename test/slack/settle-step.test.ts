import { describe, expect, test, vi } from 'vitest';
import type { StepRecord } from '../../src/domain/run.ts';
import { anIncident, aRun, aStep } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aSlackWorld, says } from './support.ts';

const RUN = aRun();

function inDoubt(generation: number): StepRecord {
  const token = `${RUN.id}.swap.${generation}`;
  return aStep('swap', { state: 'in_doubt', question: 'Was the key swapped?' }, { token, generation, endedAt: null });
}

/** A run whose step a crash left open, and the message that asks about it. */
async function aDoubt() {
  const slackWorld = await aSlackWorld();
  const { rekey, world, workspace, start } = slackWorld;
  const record = (record: StepRecord) =>
    recordEvents(rekey.ledger, [{ type: 'step_recorded', run: RUN.id, record }], {
      at: world.now(),
      incident: RUN.incident,
      run: RUN.id,
    });
  await recordEvents(rekey.ledger, [
    { type: 'incident_opened', incident: anIncident() },
    { type: 'run_started', run: RUN },
  ]);
  await record(inDoubt(1));
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const alice = workspace.person('U0ALICE');
  const message = await alice.waitForMessage(says('Did swap happen?', 'Was the key swapped?'));
  const step = async () => (await rekey.run(RUN.id)).steps.swap;
  return { ...slackWorld, alice, message, record, step };
}

describe('a step that a crash left in doubt', () => {
  test('counts as done when somebody who may says that it happened', async () => {
    const { alice, message, step } = await aDoubt();
    await alice.click(message, 'settle_yes');
    await alice.waitForMessage(says('Recorded: swap happened'));
    expect((await step())?.state).toBe('done');
  });

  test('is done now when it did not happen', async () => {
    const { alice, message, step, world } = await aDoubt();
    await alice.click(message, 'settle_no');
    await alice.waitForMessage(says('Recorded: swap did not happen'));
    expect((await step())?.state).not.toBe('in_doubt');
    expect(world.outside.effects.has(`${RUN.id}.swap.1`)).toBe(false);
  });

  test('is not settled by the button of an older attempt', async () => {
    const { alice, message, record, step } = await aDoubt();
    await record(inDoubt(2));
    await alice.click(message, 'settle_yes');
    await alice.waitForMessage(says('This question about swap is over'));
    expect(await step()).toMatchObject({ state: 'in_doubt', generation: 2 });
  });

  test('is not settled by somebody who may not', async () => {
    const { workspace, world, deps, message, step } = await aDoubt();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, answer: ['carol'] } });
    const bob = workspace.person('U0BOB');
    await bob.click(message, 'settle_yes');
    await bob.waitForMessage(says('bob may not answer this key. Who may: carol.'));
    expect((await step())?.state).toBe('in_doubt');
  });
});
