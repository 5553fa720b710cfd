import { expect, test, vi } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { anIncident, aRun, aStep } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aSlackWorld, says } from './support.ts';

const RUN = aRun();

async function aWorldInDoubt() {
  const slackWorld = await aSlackWorld();
  const { rekey, world, workspace, start } = slackWorld;
  const record = (...events: LedgerEvent[]) =>
    recordEvents(rekey.ledger, events, { at: world.now(), incident: RUN.incident, run: RUN.id });
  const doubt = (attempts: number): LedgerEvent => ({
    type: 'step_recorded',
    run: RUN.id,
    record: aStep('swap', { state: 'in_doubt', question: `Attempt ${attempts} hung up.` }, { attempts, endedAt: null }),
  });
  await record({ type: 'incident_opened', incident: anIncident() }, { type: 'run_started', run: RUN }, doubt(1));
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const alice = workspace.person('U0ALICE');
  return { ...slackWorld, alice, record, doubt };
}

test('the channel is told of a step in doubt, with what is known and the two answers', async () => {
  const { alice } = await aWorldInDoubt();
  const message = await alice.waitForMessage(says('Did it happen? swap', 'Attempt 1 hung up.', 'Say what happened'));
  expect(message).toMatchObject({ channel: 'C0INCIDENTS' });
});

test('the message says who settled it, and asks no more', async () => {
  const { alice } = await aWorldInDoubt();
  await alice.click(await alice.waitForMessage(says('Did it happen? swap')), 'settle');
  const modal = await alice.waitForView((view) => view.callbackId === 'settle');
  await alice.submit(modal, { happened: 'yes', reason: 'seen in the vault' });
  const settled = await alice.waitForMessage(says('Settled: swap', 'Alice said that it happened'));
  expect(JSON.stringify(settled)).not.toContain('Say what happened');
});

test('a second doubt about the same step is a message of its own', async () => {
  const { alice, record, doubt } = await aWorldInDoubt();
  await alice.waitForMessage(says('Did it happen? swap', 'Attempt 1'));
  await record(doubt(2));
  await alice.waitForMessage(says('Did it happen? swap', 'Attempt 2 hung up.'));
  await alice.waitForMessage(says('Settled: swap'));
});

test('a run that ends without an answer asks no more', async () => {
  const { alice, record } = await aWorldInDoubt();
  await alice.waitForMessage(says('Did it happen? swap'));
  await record({ type: 'run_finished', run: RUN.id, outcome: 'cancelled', why: 'a person cancelled it' });
  await alice.waitForMessage(says('Settled: swap', 'ended without an answer'));
});
