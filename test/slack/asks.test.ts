import { describe, expect, test, vi } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/run.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import { CHECKLIST, FORM } from '../support/asked-people.ts';
import { MINUTE } from '../support/builders.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';
import { aSlackWorld, OPS, says, textOf } from './support.ts';

/** A run in Slack that waits at this `ask`. */
async function asked(input: JsonObject, dueMs: number | null = 30 * MINUTE) {
  const plan = aPlan([
    [aPlannedStep('before', { phase: 'identify' })],
    [aPlannedStep('asked', { uses: 'ask', effect: 'reads', dueMs, resolve: () => input })],
    [aPlannedStep('then')],
  ]);
  const slackWorld = await aSlackWorld({ plan });
  const { workspace, start, rekey } = slackWorld;
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const person = (id: string) => workspace.person(id);
  const [alice, bob, carol, gina] = [person('U0ALICE'), person('U0BOB'), person('U0CAROL'), person('U0GINA')];
  await alice.command(OPS, '/rotate-key payments-prod expired because "blocked"');
  const started = await alice.waitForMessage(says('Started for payments-prod'));
  const run = RunId.parse(/run-\d+/.exec(started.text)?.[0]);
  const question = String(input.question);
  const card = await alice.waitForMessage((message) => message.threadTs !== undefined && says(question)(message));
  const open = async (who: typeof bob, on: Message = card, action = 'answer') => {
    await who.click(on, action);
    return who.waitForView((view) => view.callbackId === action);
  };
  const rewritten = (...words: string[]) =>
    alice.waitForMessage((message) => message.ts === card.ts && says(...words)(message));
  const ends = (outcome: string) => vi.waitFor(async () => expect((await rekey.run(run)).outcome).toBe(outcome));
  return { ...slackWorld, alice, bob, carol, gina, run, card, open, rewritten, ends };
}

describe('a checklist in Slack', () => {
  test('is ticked by several people, and its one message shows how far it is', async () => {
    const { bob, carol, card, open, rewritten, ends } = await asked(CHECKLIST);
    expect(textOf(card)).toContain('A checklist for you');
    expect(textOf(card)).toContain('0 of 3 done');
    expect(textOf(card)).toContain('Bob, Carol');
    expect(await bob.submit(await open(bob), { 'done-0': ['pulled'] })).toEqual({ ok: true });
    await rewritten('1 of 3 done', 'open: Do cdn');
    const second = await open(carol);
    expect(await carol.submit(second, { 'na-0': ['cdn'] })).toMatchObject({
      fields: { reason: expect.stringContaining('Say why') },
    });
    expect(await carol.submit(second, { 'na-0': ['cdn'], reason: 'there is none' })).toEqual({ ok: true });
    await rewritten('Checklist done', '1 of 3 done, 1 does not apply', 'Carol');
    await ends('succeeded');
  });

  test('keeps what somebody else ticked while the form was open', async () => {
    const { bob, carol, open, rewritten } = await asked(CHECKLIST);
    const [first, second] = [await open(bob), await open(carol)];
    await bob.submit(first, { 'done-0': ['wiki'] });
    expect(await carol.submit(second, { 'done-0': ['pulled'] })).toEqual({ ok: true });
    await rewritten('2 of 3 done');
  });

  test('shows the list anew to who says something else than another one meanwhile', async () => {
    const { bob, carol, open } = await asked(CHECKLIST);
    const [first, second] = [await open(bob), await open(carol)];
    await bob.submit(first, { 'done-0': ['cdn'] });
    expect(await carol.submit(second, { 'na-0': ['cdn'], reason: 'no CDN' })).toEqual({ ok: true });
    await carol.waitForView((view) => textOf(view).includes('bob already said "done"'));
  });
});

describe('a form in Slack', () => {
  test('has an input for each field, with errors beside them, and shows what was filled in', async () => {
    const { bob, open, rewritten, ends } = await asked(FORM);
    const form = await open(bob);
    expect(await bob.submit(form, { 'field-minutes': '601' })).toMatchObject({
      error: 'incomplete',
      fields: { 'field-minutes': 'Must be at most 600.', 'field-why': 'Please complete this required field.' },
    });
    const filled = { 'field-minutes': '12', 'field-why': 'a late <b>deploy</b>', 'field-next': 'U0DAVE' };
    expect(await bob.submit(form, filled)).toMatchObject({
      fields: { 'field-next': expect.stringContaining('policy.yaml') },
    });
    expect(await bob.submit(form, { ...filled, 'field-next': 'U0CAROL' })).toEqual({ ok: true });
    const shown = await rewritten('Form filled in', 'Minutes down', '12', 'a late <b>deploy</b>', 'Carol');
    expect(JSON.stringify(shown.blocks)).not.toContain('mrkdwn');
    await ends('succeeded');
  });

  test('says beside the fields of a file what is missing of it', async () => {
    const { bob, open, rewritten } = await asked({ question: 'Deployed?', assignee: 'bob', evidence: 'file' });
    const form = await open(bob);
    expect(await bob.submit(form, { answer: 'yes' })).toMatchObject({
      fields: { file_name: expect.stringContaining('SHA-256') },
    });
    const file = { answer: 'yes', file_name: 'deploy.log', file_kept: 'the build server' };
    expect(await bob.submit(form, { ...file, file_hash: 'abc' })).toMatchObject({
      fields: { file_hash: expect.stringContaining('64 hex digits') },
    });
    expect(await bob.submit(form, { ...file, file_hash: 'AB'.repeat(32) })).toEqual({ ok: true });
    await rewritten('Answered: yes', 'deploy.log', 'ab'.repeat(32), 'the build server');
  });
});

test('a guest is told that only full members are listened to, and sees no form', async () => {
  const { gina, card } = await asked(CHECKLIST);
  await gina.click(card, 'answer');
  await gina.waitForMessage(says('full members'));
  expect(gina.views()).toEqual([]);
});

test('evidence is a link only where it is one and nothing else', async () => {
  const { bob, open, rewritten } = await asked({ question: 'Deployed?', assignee: 'bob', evidence: 'text' });
  await bob.submit(await open(bob), { answer: 'yes', evidence: 'javascript:alert(1) https://example.com' });
  const shown = await rewritten('Answered: yes');
  expect(JSON.stringify(shown.blocks)).not.toContain('"type":"link"');
});

test('a question is handed over: the other one gets it, and everybody sees for whom it is', async () => {
  const { alice, bob, carol, card, open, rewritten } = await asked({ question: 'Deployed?', assignee: 'bob' });
  const form = await open(bob, card, 'hand_over');
  expect(await bob.submit(form, { to: 'U0DAVE' })).toMatchObject({
    fields: { to: expect.stringContaining('policy.yaml') },
  });
  expect(await bob.submit(form, { to: 'U0CAROL', reason: 'on leave' })).toEqual({ ok: true });
  await rewritten('For ', 'Carol');
  const direct = await carol.waitForMessage(
    (message) => message.channel === carol.directMessage() && says('A question for you', 'Deployed?')(message),
  );
  await carol.submit(await open(carol, direct), { answer: 'yes' });
  await alice.waitForMessage((message) => message.ts === card.ts && says('Answered: yes', 'Carol')(message));
});

test('what is not possible yet goes back to an earlier step, with the comment', async () => {
  const { alice, bob, card, open, rewritten, ends } = await asked({
    question: 'Deployed?',
    assignee: 'bob',
    push_back_to: ['before'],
  });
  await bob.submit(await open(bob, card, 'push_back'), { to: 'before', reason: 'the pipeline is red' });
  await rewritten('Sent back to before', 'the pipeline is red');
  const again = await alice.waitForMessage(
    (message) => message.threadTs !== undefined && message.ts !== card.ts && says('A question for you')(message),
  );
  await bob.submit(await open(bob, again), { answer: 'yes' });
  await ends('succeeded');
});

test('a reminder is a direct message of its own, whose button works, and which says how it ended', async () => {
  const { bob, open, world, rekey } = await asked({ question: 'Deployed?', assignee: 'bob' }, 30 * MINUTE);
  await rekey.queue.ring(world.pass(31 * MINUTE));
  const reminder = await bob.waitForMessage(
    (message) => message.channel === bob.directMessage() && says('Reminder: this is overdue')(message),
  );
  await bob.submit(await open(bob, reminder), { answer: 'yes' });
  await bob.waitForMessage((message) => message.ts === reminder.ts && says('Answered: yes')(message));
});
