import { expect, test } from 'vitest';
import { anApprovalUnder, decisionOf } from './approval-world.ts';
import { INCIDENTS, says } from './support.ts';

test('tier 2 asks for the name of the key in the modal, and the card says how it was confirmed', async () => {
  const { bob, card, review, outcome } = await anApprovalUnder({ tier: 2 });
  const modal = await review(bob);
  const approve = { [decisionOf(modal)]: 'approve', reason: '' };
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
  const handOver = { [decisionOf(modal)]: 'delegate', reason: 'on a plane' };
  expect(await bob.submit(modal, { ...handOver, to: 'U0ALICE' })).toMatchObject({
    fields: { to: expect.stringContaining('asked for this') },
  });
  await bob.submit(modal, { ...handOver, to: 'U0CAROL' });
  await carol.waitForMessage((message) => message.ts === card.ts && says('gave their voice to')(message));
  const hers = await review(carol);
  await carol.submit(hers, { [decisionOf(hers)]: 'approve', reason: '' });
  await alice.waitForMessage((message) => message.ts === card.ts && says('Approved')(message));
});

test('break-glass is for whoever may, tells everybody else, and is reviewed from its message', async () => {
  const { alice, bob, review, outcome } = await anApprovalUnder({ approve: 2 });
  const modal = await review(alice);
  const alone = { [decisionOf(modal)]: 'break_glass' };
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
