import { expect, test, vi } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import type { View } from '../../src/workspace/state/view.ts';
import { aPolicy } from '../support/builders.ts';
import { aSlackWorld, INCIDENTS, OPS, says } from './support.ts';

async function anApprovalUnder(rule: object) {
  const { rules, break_glass } = aPolicy({
    rules: { rotate: { approve: 1, from: ['group:security'], ...rule } as never },
    break_glass: { from: ['group:oncall'], review_by: ['group:security'] } as never,
  });
  const slackWorld = await aSlackWorld({ policy: { rules, break_glass } });
  const { workspace, start, rekey } = slackWorld;
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const [alice, bob, carol] = [workspace.person('U0ALICE'), workspace.person('U0BOB'), workspace.person('U0CAROL')];
  await alice.command(OPS, '/rotate-key payments-prod expired because "blocked"');
  const started = await alice.waitForMessage(says('Started for payments-prod'));
  const run = RunId.parse(/run-\d+/.exec(started.text)?.[0]);
  const card = await bob.waitForMessage((message) => message.channel === INCIDENTS && says('Approval needed')(message));
  const review = async (person: typeof bob) => {
    await person.click(card, 'review');
    return person.waitForView((view) => view.callbackId === 'review');
  };
  const [approval] = await rekey.ledger.read.openApprovalsOfRun(run);
  const outcome = async () => (await rekey.ledger.read.approval(approval?.id as never))?.outcome ?? null;
  return { ...slackWorld, alice, bob, carol, card, review, outcome };
}

const fieldOf = (modal: View) => modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';

test('tier 2 asks for the name of the key in the modal, and the card says how it was confirmed', async () => {
  const { bob, card, review, outcome } = await anApprovalUnder({ tier: 2 });
  const modal = await review(bob);
  const approve = { [fieldOf(modal)]: 'approve', reason: '' };
  expect(await bob.submit(modal, { ...approve, confirm: 'payments' })).toMatchObject({
    fields: { confirm: expect.stringContaining('Type payments-prod to confirm') },
  });
  expect(await outcome()).toBeNull();
  await bob.submit(modal, { ...approve, confirm: 'payments-prod' });
  await bob.waitForMessage((message) => message.ts === card.ts && says('confirmed by typing')(message));
  expect(await outcome()).toBe('approved');
});

test('handing over in the modal lets the other one decide', async () => {
  const { alice, bob, carol, card, review } = await anApprovalUnder({ from: ['bob'], delegate: true });
  const modal = await review(bob);
  const handOver = { [fieldOf(modal)]: 'delegate', reason: 'on a plane' };
  expect(await bob.submit(modal, { ...handOver, to: 'U0ALICE' })).toMatchObject({
    fields: { to: expect.stringContaining('asked for this') },
  });
  await bob.submit(modal, { ...handOver, to: 'U0CAROL' });
  await carol.waitForMessage((message) => message.ts === card.ts && says('gave their voice to')(message));
  const hers = await review(carol);
  await carol.submit(hers, { [fieldOf(hers)]: 'approve', reason: '' });
  await alice.waitForMessage((message) => message.ts === card.ts && says('Approved')(message));
});

test('break-glass is for whoever may, tells everybody else, and is reviewed from its message', async () => {
  const { alice, bob, review, outcome } = await anApprovalUnder({ approve: 2 });
  const modal = await review(alice);
  const alone = { [fieldOf(modal)]: 'break_glass' };
  expect(await alice.submit(modal, { ...alone, reason: '' })).toMatchObject({
    fields: { reason: expect.stringContaining('needs a reason') },
  });
  await alice.submit(modal, { ...alone, reason: 'nobody answers' });
  expect(await outcome()).toBe('approved');
  const told = await bob.waitForMessage(
    (message) => message.channel === INCIDENTS && says('Break-glass used')(message),
  );
  await bob.click(told, 'review_glass');
  const form = await bob.waitForView((view) => view.callbackId === 'review_glass');
  await bob.submit(form, { verdict: 'justified', comment: 'nobody was there' });
  await bob.waitForMessage((message) => message.ts === told.ts && says('Break-glass reviewed')(message));
});
