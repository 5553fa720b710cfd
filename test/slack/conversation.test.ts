import { expect, test, vi } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import { aSlackWorld, INCIDENTS, OPS, says, textOf } from './support.ts';

test('an expired key is replaced from command to answer, by the people who may', async () => {
  const { workspace, start, rekey } = await aSlackWorld();
  await start();
  const [alice, bob, carol] = ['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => workspace.person(id));
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));

  expect(await alice?.command(OPS, '/rotate-key payments-prod because "payments are blocked"')).toEqual({ ok: true });
  const answer = await alice?.waitForMessage(
    (message) => message.channel === OPS && says('Started for payments-prod')(message),
  );
  expect(answer?.visibleTo).toBe('U0ALICE');
  const run = RunId.parse(/run-\d+/.exec(answer?.text ?? '')?.[0]);

  const card = await bob?.waitForMessage(
    (message) => message.channel === INCIDENTS && says('Approval needed')(message),
  );
  if (!bob || !carol || !alice || !card) throw new Error('nobody is there');
  expect(textOf(card)).toContain('Replace payments-prod?');
  await bob.click(card, 'review');
  const modal = await bob.waitForView((view) => view.callbackId === 'review');
  expect(textOf(modal)).toContain('POINT OF NO RETURN');
  const decision = modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
  expect(await bob.submit(modal, { [decision]: 'approve', reason: 'seen it' })).toEqual({ ok: true });
  expect(bob.views()).toEqual([]);
  await bob.waitForMessage((message) => message.ts === card.ts && says('Approved', 'Bob', 'seen it')(message));

  const question = await carol.waitForMessage(
    (message) => message.channel !== INCIDENTS && says('Is the caller redeployed?')(message),
  );
  await carol.click(question, 'answer');
  const form = await carol.waitForView((view) => view.callbackId === 'answer');
  expect(await carol.submit(form, { answer: 'yes', evidence: 'it is' })).toMatchObject({
    ok: false,
    fields: { evidence: expect.stringContaining('Give a link') },
  });
  expect(await carol.submit(form, { answer: 'yes', evidence: 'https://ci.example.com/42' })).toEqual({ ok: true });
  await vi.waitFor(async () => expect((await rekey.run(run)).outcome).toBe('succeeded'));
  const progress = await alice.waitForMessage((message) => says('✓ Succeeded')(message));
  expect(progress.threadTs).toBeDefined();
  expect(progress.channel).toBe(INCIDENTS);
});
