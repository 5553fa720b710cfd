import { describe, expect, test, vi } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import type { View } from '../../src/workspace/state/view.ts';
import { aSlackWorld, INCIDENTS, OPS, says, textOf } from './support.ts';

async function anOpenApproval(options: Parameters<typeof aSlackWorld>[0] = {}) {
  const slackWorld = await aSlackWorld(options);
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
  return { ...slackWorld, alice, bob, carol, run, card, review, approval: () => rekey.openApproval(run) };
}

const fieldOf = (modal: View) => modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
const decide = (modal: View, decision: 'approve' | 'deny', reason = '') => ({ [fieldOf(modal)]: decision, reason });

describe('an approval in Slack', () => {
  test('goes to the channel and to each who may decide, with its blast radius', async () => {
    const { card, bob, carol, alice } = await anOpenApproval();
    for (const person of [bob, carol])
      await person.waitForMessage(
        (message) => message.channel === person.directMessage() && says('Approval needed')(message),
      );
    expect(alice.messages(alice.directMessage())).toEqual([]);
    for (const word of [
      'Blast radius',
      'production',
      'at most 1 min',
      'Can be taken back until the step swap',
      'Bob, Carol',
      'blocked',
    ])
      expect(textOf(card)).toContain(word);
    expect(card.text).toMatch(/until <!date\^\d+\^/);
  });

  test('shows the plan only to those who may decide; the requester reads who may', async () => {
    const { alice, card } = await anOpenApproval();
    await alice.click(card, 'review');
    const refusal = await alice.waitForMessage(says('You asked for this yourself', 'bob, carol'));
    expect(refusal.visibleTo).toBe('U0ALICE');
    expect(alice.views()).toEqual([]);
  });

  test('that is rejected executes nothing, and everybody sees who said no', async () => {
    const { bob, run, card, review, rekey, world } = await anOpenApproval();
    const modal = await review(bob);
    expect(await bob.submit(modal, decide(modal, 'deny', 'wrong key'))).toEqual({ ok: true });
    await bob.waitForMessage((message) => message.ts === card.ts && says('Rejected', 'Bob', 'wrong key')(message));
    await vi.waitFor(async () => expect((await rekey.run(run)).outcome).toBe('failed'));
    expect(world.outside.effects.has(`${run}.swap.1`)).toBe(false);
    await bob.waitForMessage(says('R-KEY-EXPIRY failed', 'Rejected by bob'));
  });

  test('is decided on what was shown: when that has changed, the vote is not counted and the change is shown', async () => {
    const { bob, review, world, run, rekey } = await anOpenApproval();
    const modal = await review(bob);
    world.setFileHash('f'.repeat(64));
    expect(await bob.submit(modal, decide(modal, 'approve'))).toEqual({ ok: true });
    const again = await bob.waitForView((view) => view.callbackId === 'review' && textOf(view).includes('NOT counted'));
    expect(textOf(again)).toContain("the runbook's file");
    expect((await rekey.openApproval(run)).votes).toEqual([]);
    expect(fieldOf(again)).not.toBe(fieldOf(modal));
    expect(await bob.submit(again, {})).toMatchObject({ ok: false });
    expect(await bob.submit(again, decide(again, 'approve'))).toEqual({ ok: true });
    await vi.waitFor(() => expect(world.outside.effects.get(`${run}.swap.1`)).toBe(1));
  });

  test('has one outcome when two decide in the same moment, and the second is told who was first', async () => {
    const { bob, carol, review, run, rekey } = await anOpenApproval();
    const [first, second] = [await review(bob), await review(carol)];
    await Promise.all([
      bob.submit(first, decide(first, 'approve')),
      carol.submit(second, decide(second, 'deny', 'no')),
    ]);
    const late = [...bob.views(), ...carol.views()];
    expect(late).toHaveLength(1);
    expect(textOf(late[0] ?? { blocks: [] })).toMatch(/already (approved|rejected) by (bob|carol)/);
    const [approval] = await rekey.ledger.read.approvalsOfIncident((await rekey.run(run)).incident as never);
    expect(approval?.votes).toHaveLength(1);
  });

  test('asks for a reason beside the field where the rule wants one', async () => {
    const rules = {
      rotate: {
        approve: 1,
        deny: 1,
        from: ['group:security'],
        requester_may_approve: false,
        reason_required: true,
        expires_minutes: { planned: 30, emergency: 10 },
      },
    };
    const { bob, review } = await anOpenApproval({ policy: { rules } });
    const modal = await review(bob);
    expect(await bob.submit(modal, { [fieldOf(modal)]: 'approve' })).toMatchObject({ ok: false, error: 'incomplete' });
    expect(await bob.submit(modal, decide(modal, 'approve', '  '))).toMatchObject({
      fields: { reason: expect.stringContaining('needs a reason') },
    });
  });

  test('that is over says so to whoever presses its old button', async () => {
    const { bob, carol, card, review } = await anOpenApproval();
    const modal = await review(bob);
    await bob.submit(modal, decide(modal, 'approve'));
    await bob.waitForMessage((message) => message.ts === card.ts && says('Approved')(message));
    await carol.click(card, 'review');
    await carol.waitForMessage(says('Too late: this was already approved by bob'));
  });
});

describe('other buttons', () => {
  test('cancel takes back what can be taken back, and is refused to those who may not', async () => {
    const { alice, carol, run, rekey } = await anOpenApproval();
    const progress = await alice.waitForMessage(
      (message) => message.threadTs !== undefined && says('▸ Running')(message),
    );
    await carol.click(progress, 'cancel_run');
    await carol.waitForMessage(says('carol may not cancel this key'));
    await alice.click(progress, 'cancel_run');
    const why = await alice.waitForView((view) => view.callbackId === 'cancel_run');
    await alice.submit(why, { reason: 'wrong key' });
    await vi.waitFor(async () => expect((await rekey.run(run)).outcome).toBe('cancelled'));
    await alice.waitForMessage((message) => message.ts === progress.ts && says('✗ Cancelled')(message));
  });

  test('a question is answered by whom it is for, with a link where one is wanted', async () => {
    const { alice, bob, carol, review, workspace } = await anOpenApproval();
    const modal = await review(bob);
    await bob.submit(modal, decide(modal, 'approve'));
    const question = await alice.waitForMessage(
      (message) => message.threadTs !== undefined && says('Is the caller redeployed?')(message),
    );
    await workspace.person('U0GINA').click(question, 'answer');
    await workspace.person('U0GINA').waitForMessage(says('full members'));
    await carol.click(question, 'answer');
    const form = await carol.waitForView((view) => view.callbackId === 'answer');
    await carol.submit(form, { answer: 'yes', evidence: 'https://ci.example.com/1' });
    await carol.waitForMessage(
      (message) => message.ts === question.ts && says('Answered: yes', 'Carol', 'https://ci.example.com/1')(message),
    );
    await alice.click(question, 'answer');
    await alice.waitForMessage(says('already answered yes'));
  });
});

describe('App Home', () => {
  test('shows what waits for this person, and its buttons work', async () => {
    const { bob, alice, card } = await anOpenApproval();
    const mine = await bob.openHome();
    for (const word of ['Your approvals', 'Replace payments-prod?', 'SEV2', 'payments-prod v3', 'EXPIRED'])
      expect(textOf(mine)).toContain(word);
    await bob.click(mine, 'review');
    expect(textOf(await bob.waitForView((view) => view.callbackId === 'review'))).toContain('Replace payments-prod?');
    expect(textOf(await alice.openHome())).toMatch(/Your approvals: +none/);
    expect(card.channel).toBe(INCIDENTS);
  });
});
