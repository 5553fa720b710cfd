import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { RunId } from '../../src/domain/ids.ts';
import type { StepResult } from '../../src/steps/contract.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import { aKey, bob as bobId, daysAfter, MINUTE } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';
import { aSlackWorld, INCIDENTS, OPS, says, textOf } from './support.ts';

const broken = (): StepResult => ({ kind: 'failed', error: 'the vault is sealed', events: [] });

/** look → asked (bob) → deploy → tell: a run in Slack that waits for bob. */
async function aRunningRun({ due = 30 * MINUTE, deadline }: { due?: number; deadline?: number } = {}) {
  const ask = { question: 'Is the caller redeployed?', assignee: 'bob' };
  const plan = aPlan([
    [aPlannedStep('look', { phase: 'identify' })],
    [aPlannedStep('asked', { uses: 'ask', effect: 'reads', dueMs: due, resolve: () => ask })],
    [aPlannedStep('deploy', { retry: { attempts: 1, backoffMs: 1, maxBackoffMs: 1, jitter: false, on: null } })],
    [aPlannedStep('tell', { phase: 'communicate' })],
  ]);
  const timed = deadline === undefined ? plan : { ...plan, deadlinesMs: { run: deadline } };
  const slackWorld = await aSlackWorld({ plan: timed });
  const { workspace, rekey, world } = slackWorld;
  const slack = await slackWorld.start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const [alice, bob, carol] = ['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => workspace.person(id));
  if (!alice || !bob || !carol) throw new Error('nobody is there');
  await alice.command(OPS, '/rotate-key payments-prod expired because "blocked"');
  const started = await alice.waitForMessage(says('Started for payments-prod'), { timeoutMs: 10_000 });
  const run = RunId.parse(/run-\d+/.exec(started.text)?.[0]);
  const live = (...words: string[]) =>
    alice.waitForMessage((message) => message.threadTs !== undefined && says('R-KEY-EXPIRY', run, ...words)(message), {
      timeoutMs: 10_000,
    });
  const answer = async () => {
    const ask = await rekey.openAsk(run);
    await rekey.engine.answer(ask.token, {
      actor: 'person:bob',
      channel: 'cli',
      dedupe: { source: 'test', id: ask.id },
      person: bobId,
      yes: true,
      evidence: '',
    });
  };
  const of = () => rekey.run(run);
  const refusals = async () =>
    (await rekey.ledger.read.audit({ limit: 50 })).filter(({ action }) => action === 'request_refused');
  return { ...slackWorld, slack, world, alice, bob, carol, run, live, answer, of, refusals };
}

const Row = z.object({
  type: z.literal('actions'),
  elements: z.array(z.object({ text: z.object({ text: z.string() }) })),
});

function labelsOn({ blocks }: Message): string[] {
  return blocks.flatMap((block) => {
    const row = Row.safeParse(block);
    return row.success ? row.data.elements.map(({ text }) => text.text) : [];
  });
}

/** Words as they are read, whatever the pieces that they were sent in. */
function read(on: Parameters<typeof textOf>[0]): string {
  return textOf(on)
    .replace(/\s+/g, ' ')
    .replace(/ ([,:])/g, '$1');
}

describe('the live message of a run', () => {
  test('says what it waits for, of whom, since when and until when, and offers what this moment allows', async () => {
    const { live } = await aRunningRun({ deadline: 120 * MINUTE });
    const message = await live('waiting for an answer of Bob');
    const text = read(message);
    for (const words of [
      '▸ Running, recover, 1 of 4 steps ended',
      ', due ',
      'Next deadline',
      'deadline of the run (2h)',
      'by Alice: blocked',
    ])
      expect(text).toContain(words);
    expect(labelsOn(message)).toEqual(['Details', 'Take over', 'Cancel…', 'Pause', 'Skip…']);
  });

  test('shows a question as overdue when its time passes, although nobody did anything', async () => {
    const { live, world, alice } = await aRunningRun();
    const message = await live('waiting for an answer of Bob');
    world.pass(31 * MINUTE);
    await alice.waitForMessage((one) => one.ts === message.ts && says('OVERDUE')(one), { timeoutMs: 10_000 });
    await alice.waitForMessage((one) => one.threadTs !== undefined && says('A question for you', 'OVERDUE')(one), {
      timeoutMs: 10_000,
    });
  });

  test('is drawn as the ledger says after a restart', async () => {
    const { live, slack, start, rekey, run, alice } = await aRunningRun();
    const message = await live('waiting for an answer of Bob');
    await slack.stop();
    await rekey.engine.pause(run, {
      actor: 'person:alice',
      channel: 'cli',
      dedupe: { source: 'test', id: 'p' },
      reason: 'a freeze',
    });
    await start();
    await alice.waitForMessage((one) => one.ts === message.ts && says('‖ Paused', 'a freeze', 'Resume')(one), {
      timeoutMs: 10_000,
    });
  });
});

describe('its buttons', () => {
  test('pause and resume it, and pressing twice changes nothing', async () => {
    const { live, alice, of } = await aRunningRun();
    const message = await live('Pause');
    await Promise.all([alice.click(message, 'pause_run'), alice.click(message, 'pause_run')]);
    const held = await live('‖ Paused', 'Nothing new begins');
    expect((await of()).paused).toMatchObject({ by: 'person:alice' });
    expect(labelsOn(held)).toContain('Resume');
    await alice.click(held, 'resume_run');
    await live('▸ Running', 'Pause');
    expect((await of()).paused).toBeNull();
  });

  test('are refused to who may not, in private and on record', async () => {
    const { live, carol, of, refusals } = await aRunningRun();
    const message = await live('Pause');
    for (const [action, words] of [
      ['pause_run', 'carol may not pause this key'],
      ['skip_run', 'carol may not skip this key'],
      ['cancel_run', 'carol may not cancel this key'],
    ] as const) {
      await carol.click(message, action);
      const told = await carol.waitForMessage(says(words), { timeoutMs: 10_000 });
      expect(told.visibleTo).toBe('U0CAROL');
    }
    expect(carol.views()).toEqual([]);
    expect(await of()).toMatchObject({ paused: null, cancelRequestedAt: null });
    expect(await refusals()).toHaveLength(3);
  });

  test('ask why before a step is left out, and only offer steps that can be', async () => {
    const { live, alice, of } = await aRunningRun();
    await alice.click(await live('Skip…'), 'skip_run');
    const form = await alice.waitForView((view) => view.callbackId === 'skip_step');
    expect(textOf(form)).not.toContain('look');
    expect(await alice.submit(form, { step: 'asked', reason: ' ' })).toMatchObject({ ok: false });
    expect(await alice.submit(form, { step: 'asked', reason: 'nobody calls with it' })).toEqual({ ok: true });
    await vi.waitFor(async () => expect((await of()).steps.asked?.state).toBe('skipped'), { timeout: 10_000 });
    await alice.waitForMessage(says('Not asked any more'), { timeoutMs: 10_000 });
  });

  test('cancel it with a reason; its question loses its button and says why', async () => {
    const { live, alice, bob, of } = await aRunningRun();
    const message = await live('Cancel…');
    const question = await bob.waitForMessage(says('A question for you', 'Is the caller redeployed?'));
    await alice.click(message, 'cancel_run');
    const form = await alice.waitForView((view) => view.callbackId === 'cancel_run');
    await alice.submit(form, { reason: 'wrong key' });
    await vi.waitFor(async () => expect((await of()).outcome).toBe('cancelled'), { timeout: 10_000 });
    const over = await bob.waitForMessage(
      (one) => one.ts === question.ts && says('Not asked any more', 'nobody waits for this answer')(one),
      { timeoutMs: 10_000 },
    );
    expect(labelsOn(over)).toEqual([]);
    expect(labelsOn(await live('✗ Cancelled'))).toEqual(['Details']);
    await bob.click(question, 'answer');
    await bob.waitForMessage(says('so nobody waits for this answer any more'), { timeoutMs: 10_000 });
    expect(bob.views()).toEqual([]);
  });

  test('answer with what is true now when they are pressed on a message from before', async () => {
    const { live, alice, answer, of } = await aRunningRun();
    const message = await live('Pause');
    await answer();
    await vi.waitFor(async () => expect((await of()).outcome).toBe('succeeded'), { timeout: 10_000 });
    await alice.click(message, 'pause_run');
    await alice.waitForMessage(says('ended at', '(succeeded)'), { timeoutMs: 10_000 });
    await alice.click(message, 'cancel_run');
    await alice.waitForMessage(says('ended at', '(succeeded)'), { timeoutMs: 10_000 });
    await alice.click(message, 'take_over');
    await alice.waitForMessage(says('waits for no answer now'), { timeoutMs: 10_000 });
  });

  test('work on a message from before a restart', async () => {
    const { live, slack, start, alice, of, workspace } = await aRunningRun();
    const message = await live('Pause');
    await slack.stop();
    await vi.waitFor(() => expect(workspace.connections()).toBe(0));
    await start();
    await vi.waitFor(() => expect(workspace.connections()).toBe(2));
    await alice.click(message, 'pause_run');
    await vi.waitFor(async () => expect((await of()).paused).not.toBeNull(), { timeout: 10_000 });
  });

  test('give an open question to who takes it over, and not to who may not answer it', async () => {
    const { live, alice, carol, rekey, run, refusals, world, deps } = await aRunningRun();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, answer: ['group:oncall'] } });
    const message = await live('Take over');
    await carol.click(message, 'take_over');
    await carol.waitForMessage(says('This is for alice, bob to answer'), { timeoutMs: 10_000 });
    expect(await refusals()).toHaveLength(1);
    await alice.click(message, 'take_over');
    await alice.waitForMessage(says('is yours now'), { timeoutMs: 10_000 });
    expect((await rekey.openAsk(run)).assigned).toEqual(['alice']);
    await alice.waitForMessage(
      (one) => one.channel === alice.directMessage() && says('Is the caller redeployed?')(one),
      { timeoutMs: 10_000 },
    );
    await live('waiting for an answer of Alice');
  });

  test('try again what failed, from the message that says that it failed', async () => {
    const { live, alice, answer, world, of } = await aRunningRun();
    world.outside.results.set('deploy', broken);
    await live('waiting for');
    await answer();
    const card = await alice.waitForMessage(
      (message) => message.channel === INCIDENTS && says('R-KEY-EXPIRY failed', 'the vault is sealed')(message),
      { timeoutMs: 10_000 },
    );
    expect(labelsOn(card)).toEqual(['Details', 'Retry', 'Skip…']);
    world.outside.results.delete('deploy');
    await alice.click(card, 'retry_run');
    await vi.waitFor(async () => expect((await of()).outcome).toBe('succeeded'), { timeout: 10_000 });
    await alice.waitForMessage((one) => one.ts === card.ts && says('opened again: succeeded')(one), {
      timeoutMs: 10_000,
    });
    await alice.click(card, 'retry_run');
    await alice.waitForMessage(says('No step of', 'has failed; there is nothing to retry'), { timeoutMs: 10_000 });
  });

  test('open the details, with times, results and who decided, and lead to doing steps again', async () => {
    const { live, alice, answer, of } = await aRunningRun();
    const message = await live('Details');
    await alice.click(message, 'run_details');
    const details = await alice.waitForView((view) => view.title === 'Details of a run');
    const text = read(details);
    for (const words of [
      'look (identify, test.safe)',
      'From ',
      'Result token:',
      'waiting for an answer of Bob',
      'page 1 of 1',
    ])
      expect(text).toContain(words);
    await alice.click(details, 'rerun_run');
    const form = await alice.waitForView((view) => view.callbackId === 'rerun_from');
    await alice.submit(form, { step: 'look', reason: 'the list was stale' });
    await vi.waitFor(async () => expect((await of()).steps.look?.generation).toBe(2), { timeout: 10_000 });
    await live('waiting for an answer of Bob');
    await answer();
    await live('✓ Succeeded');
  });
});

test('whoever asks for a key whose run is open is led to the message of that run', async () => {
  const { live, bob, run, workspace } = await aRunningRun();
  const message = await live('Details');
  await bob.command(OPS, '/rotate-key payments-prod expired because "still blocked"');
  const told = await bob.waitForMessage(says('already being replaced', run), { timeoutMs: 10_000 });
  const stamp = message.ts.replace('.', '');
  expect(JSON.stringify(told.blocks)).toContain(`${workspace.url}/archives/${INCIDENTS}/p${stamp}`);
});

test('a planned rotation has its one message where it was asked for, and no channel hears of it besides', async () => {
  const { rekey, alice, world } = await aRunningRun();
  const mail = {
    id: 'key-mail1' as never,
    slug: 'mail-prod',
    service: 'mail',
    version: 1,
    expiresAt: daysAfter(world.now(), 40),
    externalRef: 'mail',
    digest: 'a'.repeat(64),
  };
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: aKey(mail) }]);
  await alice.command(OPS, '/rotate-key mail-prod planned because "a new quarter"');
  const live = await alice.waitForMessage((one) => one.channel === OPS && says('R-ROTATE', 'Details')(one), {
    timeoutMs: 10_000,
  });
  expect(live.visibleTo).toBeUndefined();
  expect(textOf(live)).toContain('a new quarter');
  expect(alice.messages(INCIDENTS).filter(says('mail-prod'))).toEqual([]);
});
