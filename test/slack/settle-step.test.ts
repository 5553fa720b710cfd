import { describe, expect, test, vi } from 'vitest';
import type { StepRecord } from '../../src/domain/run.ts';
import { anIncident, aRun, aStep } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aSlackWorld, says, textOf } from './support.ts';

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

type Doubted = Awaited<ReturnType<typeof aDoubt>>;

async function say({ alice, message }: Doubted, happened: 'yes' | 'no', reason = 'I looked at the vault') {
  await alice.click(message, 'settle');
  const modal = await alice.waitForView((view) => view.callbackId === 'settle');
  return { modal, sent: await alice.submit(modal, { happened, reason }) };
}

describe('a step that a crash left in doubt', () => {
  test('counts as done when somebody who may says that it happened, with the reason in the audit', async () => {
    const doubted = await aDoubt();
    const { modal } = await say(doubted, 'yes');
    expect(textOf(modal)).toContain('Was the key swapped?');
    expect(textOf(modal)).toContain('the run goes on after it');
    await doubted.alice.waitForMessage(says('Recorded: swap happened'));
    expect((await doubted.step())?.state).toBe('done');
    const [said] = await doubted.rekey.ledger.read.settlementsOf(RUN.id, 'swap');
    expect(said).toMatchObject({ by: 'person:alice', happened: true, reason: 'I looked at the vault' });
  });

  test('is done now when it did not happen', async () => {
    const doubted = await aDoubt();
    await say(doubted, 'no');
    await doubted.alice.waitForMessage(says('Recorded: swap did not happen'));
    expect((await doubted.step())?.state).not.toBe('in_doubt');
    expect(doubted.world.outside.effects.has(`${RUN.id}.swap.1`)).toBe(false);
  });

  test('is not settled without a word on how it is known', async () => {
    const doubted = await aDoubt();
    const { sent } = await say(doubted, 'yes', '  ');
    expect(sent).toMatchObject({ ok: false });
    expect((await doubted.step())?.state).toBe('in_doubt');
  });

  test('is not settled by the button of an older attempt', async () => {
    const { alice, message, record, step } = await aDoubt();
    await record(inDoubt(2));
    await alice.click(message, 'settle');
    await alice.waitForMessage(says('This question about swap is over'));
    expect(await step()).toMatchObject({ state: 'in_doubt', generation: 2 });
  });

  test('is not settled by somebody who may not', async () => {
    const { workspace, world, deps, message, step } = await aDoubt();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, answer: ['carol'] } });
    const bob = workspace.person('U0BOB');
    await bob.click(message, 'settle');
    await bob.waitForMessage(says('bob may not answer this key. Who may: carol.'));
    expect((await step())?.state).toBe('in_doubt');
  });
});
