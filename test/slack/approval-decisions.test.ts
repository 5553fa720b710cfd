import { describe, expect, test, vi } from 'vitest';
import { aKey, aPolicy, MINUTE } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { anApprovalUnder, decisionOf } from './approval-world.ts';
import { aSlackWorld, INCIDENTS, OPS, says, textOf } from './support.ts';

describe('the card of a decision', () => {
  test('says how long is left, and says it again at half of the time', async () => {
    const { bob, card, world } = await anApprovalUnder({});
    expect(textOf(card)).toMatch(/Deadline .*, in \d+ min.*; then nothing is executed/);
    expect(textOf(card)).toContain('Without a yes the key stays expired');
    world.pass(5 * MINUTE);
    await bob.waitForMessage((message) => message.ts === card.ts && says(', in 4 min')(message));
  });

  test('is sealed with who decided, how that was shown, from where and why', async () => {
    const { bob, card, review } = await anApprovalUnder({});
    const modal = await review(bob);
    await bob.submit(modal, { [decisionOf(modal)]: 'approve', reason: 'checked with payments' });
    const sealed = await bob.waitForMessage((message) => message.ts === card.ts && says('✓ Approved')(message));
    expect(textOf(sealed)).toMatch(/Bob\s+approved .*, by a click in Slack.*: checked with payments/);
    expect(textOf(sealed)).not.toContain('Deadline');
  });

  test('says how often people were reminded and who is asked besides', async () => {
    const { bob, card, world, rekey, run } = await anApprovalUnder({
      remind: ['2m'],
      escalate: [{ after: '3m', to: ['group:oncall', 'carol'] }],
    });
    world.pass(3 * MINUTE + 1_000);
    await rekey.engine.advance(run);
    await bob.waitForMessage((message) => message.ts === card.ts && says('Reminded', 'once', 'Also asked')(message));
  });
});

describe('the review', () => {
  test('shows what a yes lets run, with the people and the point of no return, and no step that is over', async () => {
    const { bob, review } = await anApprovalUnder({});
    const shown = textOf(await review(bob));
    expect(shown).toMatch(/swap.*DESTROYS something, POINT OF NO RETURN/);
    expect(shown).toMatch(/redeployed.*asks Carol: Is the caller redeployed\?/);
    expect(shown).not.toMatch(/look \(/);
    expect(shown).toMatch(/Decide until .*, in \d+ min/);
  });

  test('of a key that somebody has changed shows what happened to it, and counts nothing before', async () => {
    const { bob, review, outcome, rekey } = await anApprovalUnder({});
    const modal = await review(bob);
    await recordEvents(rekey.ledger, [
      { type: 'key_changed', key: aKey().id, change: { service: 'checkout' }, reason: 'it was moved' } as never,
    ]);
    await bob.submit(modal, { [decisionOf(modal)]: 'approve', reason: '' });
    const again = await bob.waitForView((view) => view.callbackId === 'review' && textOf(view).includes('NOT counted'));
    expect(textOf(again)).toMatch(/the key \(row version \d+ → \d+\)/);
    expect(textOf(again)).toContain('What happened to payments-prod v3 since then');
    expect(textOf(again)).toContain('it was moved');
    expect(await outcome()).toBeNull();
  });

  test('turns the wrong person away in private with who may decide, and leaves a line in the audit', async () => {
    const { alice, card, rekey, approval } = await anApprovalUnder({}, { break_glass: undefined } as never);
    await alice.click(card, 'review');
    const refusal = await alice.waitForMessage(says('You asked for this yourself', 'bob, carol'));
    expect(refusal.visibleTo).toBe('U0ALICE');
    const lines = await rekey.ledger.read.audit({ limit: 20 });
    const refused = lines.find(({ action }) => action === 'request_refused');
    expect(refused).toMatchObject({ actor: 'person:alice', channel: 'slack' });
    expect(refused?.details).toContain(approval.id);
    expect(refused?.details).toContain('own_request');
  });

  test('that is sent off too late decides nothing, says so, and the card says that nobody decided', async () => {
    const { bob, card, review, outcome, world } = await anApprovalUnder({});
    const modal = await review(bob);
    world.pass(11 * MINUTE);
    await bob.submit(modal, { [decisionOf(modal)]: 'approve', reason: '' });
    await vi.waitFor(async () => expect(await outcome()).toBe('expired'), { timeout: 10_000 });
    expect(bob.views().map(textOf).join()).toMatch(/expired/);
    const sealed = await bob.waitForMessage((message) => message.ts === card.ts && says('Approval expired')(message));
    expect(textOf(sealed)).toContain('nobody decided and nothing was executed');
  });

  test('works from the same card after Rekey was started again', async () => {
    const { bob, slack, start, review, workspace, outcome } = await anApprovalUnder({});
    await slack.stop();
    await vi.waitFor(() => expect(workspace.connections()).toBe(0), { timeout: 10_000 });
    const again = await start();
    await vi.waitFor(() => expect([again.ready().ok, workspace.connections()]).toEqual([true, 2]), { timeout: 10_000 });
    const modal = await review(bob);
    await bob.submit(modal, { [decisionOf(modal)]: 'approve', reason: '' });
    await vi.waitFor(async () => expect(await outcome()).toBe('approved'), { timeout: 10_000 });
  });
});

describe('break-glass', () => {
  test('says before it is done who will be told, and who reviews it until when', async () => {
    const { alice, review } = await anApprovalUnder({ approve: 2 });
    const shown = textOf(await review(alice));
    expect(shown).toMatch(/If you break the glass: .*told at once: Bob, Carol\. Reviewed by Bob or Carol until/);
  });

  test('is blocked in the review while an earlier one is overdue, and its card says so', async () => {
    const { alice, bob, review, world, rekey } = await anApprovalUnder({
      approve: 2,
      expires_minutes: { planned: 1440, emergency: 1440 },
    });
    const modal = await review(alice);
    await alice.submit(modal, { [decisionOf(modal)]: 'break_glass', reason: 'nobody answers' });
    const told = await bob.waitForMessage(says('Break-glass used', ', in 23 h'));
    world.pass(24 * 60 * MINUTE);
    await bob.waitForMessage((message) => message.ts === told.ts && says('Review OVERDUE')(message));
    expect((await rekey.ledger.read.unreviewedGlassBreaks()).map(({ by }) => by)).toEqual(['alice']);
  });
});

test('where nobody could decide, that is said at once in the channel, with whom to add', async () => {
  const { rules } = aPolicy({ rules: { rotate: { approve: 1, from: ['alice'] } as never } });
  const { workspace, start } = await aSlackWorld({ policy: { rules } });
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2), { timeout: 10_000 });
  const alice = workspace.person('U0ALICE');
  await alice.command(OPS, '/rotate-key payments-prod expired because "blocked"');
  const failed = await alice.waitForMessage(
    (message) => message.channel === INCIDENTS && says('failed', 'rotate')(message),
  );
  expect(textOf(failed)).toMatch(/policy\.yaml/);
});
