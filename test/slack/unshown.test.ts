import { expect, test, vi } from 'vitest';
import { line } from '../../src/slack/blocks.ts';
import type { SlashCommand } from '../../src/slack/commands/contract.ts';
import { anIncidentWorld } from './incidents/world.ts';
import { OPS, says, textOf } from './support.ts';

const SOON = { timeoutMs: 10_000 };
const PATIENT = { timeout: 10_000 };

/** Slack takes no answer of any kind; forms still go to and fro. */
function takesNoAnswers({ workspace }: Awaited<ReturnType<typeof anIncidentWorld>>): void {
  for (const method of ['chat.postEphemeral', 'conversations.open']) workspace.faults.failNext(1_000, 500, method);
}

test('a form that was carried out says so in its modal when its answer cannot be shown, and does not ask to try again', async () => {
  const world = await anIncidentWorld();
  await world.start();
  await world.alice.command(OPS, '/incident open');
  const form = await world.alice.waitForView((view) => view.callbackId === 'declare_incident', SOON);
  takesNoAnswers(world);
  await world.alice.submit(form, { title: 'odd calls', key: '' });
  const shown = await world.alice.waitForView((view) => textOf(view).includes('could not be shown'), SOON);
  expect(textOf(shown)).toContain('Done, but');
  expect(textOf(shown)).not.toContain('try again');
  expect(await world.deps.ledger.openIncidents(5)).toHaveLength(1);
});

test('a command whose answer Slack would not take is said to be done, and is not asked for again', async () => {
  const world = await anIncidentWorld();
  let done = 0;
  const change: SlashCommand = {
    command: '/keys',
    description: 'Changes something, and has more to say of it than fits.',
    usageHint: '',
    verbs: [],
    run: async (_words, moment) => {
      done += 1;
      await moment.show({ text: 'much', blocks: Array.from({ length: 51 }, () => line('much')) });
      done += 1;
    },
  };
  await world.start({ catalogues: { commands: [change] } });
  await world.alice.command(OPS, '/keys');
  const answer = await world.alice.waitForMessage(says('could not be shown'), SOON);
  expect(answer.text).toContain('Do not do it again');
  await vi.waitFor(() => expect(done).toBe(2), PATIENT);
  expect(world.lines).toContainEqual(
    expect.objectContaining({ level: 'error', text: expect.stringContaining('was done') }),
  );
});
