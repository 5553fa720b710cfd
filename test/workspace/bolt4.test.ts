import { App } from 'bolt4';
import { expect, test } from 'vitest';
import { APP_TOKEN, afterwards, aWorkspace, BOT_TOKEN, silent } from './support.ts';

test('the unmodified Bolt 4 connects, answers a command, opens a modal and rewrites a message', async () => {
  const workspace = await aWorkspace();
  const app = new App({
    token: BOT_TOKEN,
    appToken: APP_TOKEN,
    socketMode: true,
    deferInitialization: true,
    clientOptions: { slackApiUrl: workspace.apiUrl },
    logger: silent,
  });
  app.command('/rotate-key', async ({ ack, respond }) => {
    await ack('working on it');
    await respond({ response_type: 'in_channel', text: 'done' });
  });
  const text = { type: 'plain_text' as const, text: 'Review' };
  app.action('review', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    await client.views.open({ trigger_id: body.trigger_id, view: { type: 'modal', title: text, blocks: [] } });
    await client.chat.update({ channel: 'C0OPS', ts: body.message?.ts ?? '', text: 'in review', blocks: [] });
  });
  await app.init();
  await app.start();
  afterwards(() => app.stop());

  const alice = workspace.person('U0ALICE');
  await alice.command('C0OPS', '/rotate-key');
  await alice.waitForMessage((message) => message.text === 'done');
  expect(alice.messages('C0OPS').map((message) => message.text)).toEqual(['working on it', 'done']);

  const elements = [{ type: 'button' as const, action_id: 'review', text }];
  await app.client.chat.postMessage({ channel: 'C0OPS', text: 'card', blocks: [{ type: 'actions', elements }] });
  const card = await alice.waitForMessage((message) => message.text === 'card');
  expect(await alice.click(card, 'review')).toEqual({ ok: true });
  await alice.waitForView((view) => view.title === 'Review');
  await alice.waitForMessage((message) => message.text === 'in review');
});
