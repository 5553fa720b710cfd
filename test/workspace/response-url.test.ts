import { expect, test } from 'vitest';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { aBot, aClock, aWorkspace } from './support.ts';

async function urlFromCommand(workspace: Workspace): Promise<string> {
  let url = '';
  await aBot(workspace, (app) => {
    app.command('/rotate-key', async ({ ack, command }) => {
      url = command.response_url;
      await ack();
    });
  });
  await workspace.person('U0ALICE').command('C0OPS', '/rotate-key');
  return url;
}

async function answer(url: string, body: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as object) };
}

test('a response_url works five times', async () => {
  const url = await urlFromCommand(await aWorkspace());
  for (let use = 0; use < 5; use += 1)
    expect(await answer(url, { text: `answer ${use}` })).toMatchObject({ status: 200 });
  expect(await answer(url, { text: 'once more' })).toMatchObject({ status: 404, error: 'used_url' });
});

test('a response_url works for thirty minutes', async () => {
  const clock = aClock();
  const workspace = await aWorkspace({ clock: clock.now });
  const url = await urlFromCommand(workspace);
  clock.advance(30 * 60_000);
  expect(await answer(url, { text: 'just in time' })).toMatchObject({ status: 200 });
  clock.advance(1);
  expect(await answer(url, { text: 'too late' })).toMatchObject({ status: 404, error: 'expired_url' });
});

test('an answer is for the person alone unless it says in_channel', async () => {
  const workspace = await aWorkspace();
  const url = await urlFromCommand(workspace);
  await answer(url, { text: 'only you' });
  await answer(url, { text: 'everybody', response_type: 'in_channel' });
  const texts = (id: string) =>
    workspace
      .person(id)
      .messages('C0OPS')
      .map((message) => message.text);
  expect(texts('U0ALICE')).toEqual(['only you', 'everybody']);
  expect(texts('U0BOB')).toEqual(['everybody']);
});

test('an answer that Slack refuses is refused here', async () => {
  const url = await urlFromCommand(await aWorkspace());
  expect(await answer(url, {})).toMatchObject({ status: 400, error: 'no_text' });
  expect(await answer(url, { blocks: [{ type: 'sparkles' }] })).toMatchObject({ status: 400, error: 'invalid_blocks' });
});

test('respond() replaces and deletes the message whose button was pressed, ephemeral ones too', async () => {
  const workspace = await aWorkspace();
  const button = (id: string) => ({
    type: 'button' as const,
    action_id: id,
    text: { type: 'plain_text' as const, text: id },
  });
  const blocks = [{ type: 'actions' as const, elements: [button('replace'), button('delete')] }];
  const app = await aBot(workspace, (bolt) => {
    bolt.action('replace', async ({ ack, respond }) => {
      await ack();
      await respond({ replace_original: true, text: 'replaced', blocks });
    });
    bolt.action('delete', async ({ ack, respond }) => {
      await ack();
      await respond({ delete_original: true });
    });
  });
  await app.client.chat.postEphemeral({ channel: 'C0OPS', user: 'U0ALICE', text: 'help', blocks });
  const alice = workspace.person('U0ALICE');
  const [shown] = alice.messages('C0OPS');
  if (!shown) throw new Error('nothing was shown');
  await alice.click(shown, 'replace');
  const replaced = await alice.waitForMessage((message) => message.text === 'replaced');
  expect(replaced).toMatchObject({ ts: shown.ts, visibleTo: 'U0ALICE' });
  await alice.click(replaced, 'delete');
  await expect.poll(() => alice.messages('C0OPS')).toEqual([]);
});
