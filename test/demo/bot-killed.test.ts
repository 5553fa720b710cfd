import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tokenOf } from '../../src/demo/people.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import { type DemoWorld, startDemoWorld } from './demo-world.ts';

const LONG = { timeout: 30_000, interval: 100 };

let demo: DemoWorld;
beforeEach(async () => {
  demo = await startDemoWorld(3_000);
}, 60_000);
afterEach(() => demo?.stop(), 30_000);

test('the bot is started again when it is killed, and the incident goes on where it was', async () => {
  const [bob, carol] = ['U0BOB', 'U0CAROL'].map((id) => demo.world.workspace.person(id));
  if (bob === undefined || carol === undefined) throw new Error('the cast is not complete');
  const card = await bob.waitForMessage(offers('review'), { timeoutMs: 30_000 });
  await killBot();

  await vi.waitFor(async () => expect(await bob.click(card, 'review')).toEqual({ ok: true }), LONG);
  const form = await bob.waitForView((view) => view.callbackId === 'review', { timeoutMs: 10_000 });
  const decision = form.blocks.find((block) => block.block_id.startsWith('decision'))?.block_id ?? '';
  expect(await bob.submit(form, { [decision]: 'approve', reason: 'go' })).toEqual({ ok: true });
  const question = await carol.waitForMessage(offers('answer'), { timeoutMs: 30_000 });
  await killBot();

  await vi.waitFor(async () => expect(await carol.click(question, 'answer')).toEqual({ ok: true }), LONG);
  const answer = await carol.waitForView(() => true, { timeoutMs: 10_000 });
  expect(await carol.submit(answer, { answer: 'yes', evidence: 'it read the new file' })).toEqual({ ok: true });
  const summaries = () => carol.messages('C0INCIDENTS').filter((message) => message.text.startsWith('Summary of SEV2'));
  await vi.waitFor(() => expect(summaries()).toHaveLength(1), LONG);
  await vi.waitFor(() => expect(demo.world.traffic.points.at(-1)).toMatchObject({ rejected: 0 }), LONG);
  expect(demo.said).toEqual(Array(2).fill('rekey ended (SIGKILL) and is started again.'));
}, 120_000);

/** kill -9, and a new one in its place. */
async function killBot(): Promise<void> {
  const bot = demo.world.children.find((child) => child.name === 'rekey');
  const before = bot?.pid();
  if (bot === undefined || before === undefined) throw new Error('there is no bot to kill');
  process.kill(before, 'SIGKILL');
  await vi.waitFor(() => expect(bot.pid()).not.toBe(before), LONG);
}

function offers(action: string): (message: Message) => boolean {
  return (message) => message.by === 'app' && tokenOf(message, action) !== undefined;
}
