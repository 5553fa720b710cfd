import { describe, expect, test, vi } from 'vitest';
import { aBot, aWorkspace } from './support.ts';

const approveButton = {
  type: 'actions' as const,
  block_id: 'decision',
  elements: [
    {
      type: 'button' as const,
      action_id: 'approve',
      text: { type: 'plain_text' as const, text: 'Approve' },
      value: 'token-1',
    },
  ],
};

const reasonModal = {
  type: 'modal' as const,
  callback_id: 'reason',
  title: { type: 'plain_text' as const, text: 'Why?' },
  submit: { type: 'plain_text' as const, text: 'Send' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'why',
      label: { type: 'plain_text' as const, text: 'Reason' },
      element: { type: 'plain_text_input' as const, action_id: 'text' },
    },
  ],
};

describe('Bolt 5 over Socket Mode', () => {
  test('a command is acknowledged and its answer is seen by everybody in the channel', async () => {
    const workspace = await aWorkspace();
    await aBot(workspace, (app) => {
      app.command('/rotate-key', async ({ ack, command, say }) => {
        await ack();
        await say(`rotating ${command.text} for <@${command.user_id}>`);
      });
    });
    const outcome = await workspace.person('U0ALICE').command('C0OPS', '/rotate-key stripe-prod leaked');
    expect(outcome).toEqual({ ok: true });
    const seen = await workspace.person('U0BOB').waitForMessage((message) => message.text.startsWith('rotating'));
    expect(seen.text).toBe('rotating stripe-prod leaked for <@U0ALICE>');
  });

  test('an acknowledgement with text is shown to the one who typed, and to nobody else', async () => {
    const workspace = await aWorkspace();
    await aBot(workspace, (app) => {
      app.command('/rotate-key', ({ ack }) => ack('Which key?'));
    });
    await workspace.person('U0ALICE').command('C0OPS', '/rotate-key');
    const texts = (id: string) =>
      workspace
        .person(id)
        .messages('C0OPS')
        .map((message) => message.text);
    expect(texts('U0ALICE')).toEqual(['Which key?']);
    expect(texts('U0BOB')).toEqual([]);
  });

  test('a button press reaches the app with message, state and who pressed, and the message is rewritten', async () => {
    const workspace = await aWorkspace();
    const app = await aBot(workspace, (bolt) => {
      bolt.action('approve', async ({ ack, body, client, action }) => {
        await ack();
        if (body.type !== 'block_actions' || action.type !== 'button') return;
        const text = `${action.value} approved by <@${body.user.id}>`;
        await client.chat.update({ channel: body.channel?.id ?? '', ts: body.message?.ts ?? '', text, blocks: [] });
      });
    });
    await app.client.chat.postMessage({ channel: 'C0OPS', text: 'Decide', blocks: [approveButton] });
    const bob = workspace.person('U0BOB');
    const card = await bob.waitForMessage((message) => message.text === 'Decide');
    expect(await bob.click(card, 'approve')).toEqual({ ok: true });
    const after = await bob.waitForMessage((message) => message.ts === card.ts && message.editedAt !== undefined);
    expect(after).toMatchObject({ text: 'token-1 approved by <@U0BOB>', blocks: [] });
  });

  test('a modal is opened, refuses with an error beside the field, and closes when it is right', async () => {
    const workspace = await aWorkspace();
    const reasons: string[] = [];
    await aBot(workspace, (app) => {
      app.command('/rotate-key', async ({ ack, client, command }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view: reasonModal });
      });
      app.view('reason', async ({ ack, view }) => {
        const reason = view.state.values.why?.text?.value ?? '';
        if (reason.length < 5) return ack({ response_action: 'errors', errors: { why: 'Say more.' } });
        reasons.push(reason);
        return ack();
      });
    });
    const alice = workspace.person('U0ALICE');
    await alice.command('C0OPS', '/rotate-key');
    const modal = await alice.waitForView((view) => view.callbackId === 'reason');
    expect(await alice.submit(modal, {})).toMatchObject({ ok: false, error: 'incomplete' });
    expect(await alice.submit(modal, { why: 'no' })).toMatchObject({ ok: false, fields: { why: 'Say more.' } });
    expect(alice.views()[0]?.errors).toEqual({ why: 'Say more.' });
    expect(await alice.submit(modal, { why: 'token in a gist' })).toEqual({ ok: true });
    expect(alice.views()).toEqual([]);
    expect(reasons).toEqual(['token in a gist']);
  });

  test('Home is published when somebody opens it', async () => {
    const workspace = await aWorkspace();
    await aBot(workspace, (app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        const text = { type: 'mrkdwn' as const, text: `Hello <@${event.user}>` };
        await client.views.publish({
          user_id: event.user,
          view: { type: 'home', blocks: [{ type: 'section', text }] },
        });
      });
    });
    const home = await workspace.person('U0ALICE').openHome();
    expect(home.blocks[0]).toMatchObject({ text: { text: 'Hello <@U0ALICE>' } });
  });

  test('mentions, messages and reactions arrive as events; the app ignores its own messages', async () => {
    const workspace = await aWorkspace();
    const events: string[] = [];
    await aBot(workspace, (app) => {
      app.event('app_mention', async ({ event }) => void events.push(`mention ${event.text}`));
      app.event('reaction_added', async ({ event }) => void events.push(`reaction ${event.reaction}`));
      app.message(/.*/, async ({ message, say }) => {
        if (message.subtype) return;
        events.push(`message ${message.channel_type}`);
        await say('noted');
      });
    });
    const alice = workspace.person('U0ALICE');
    await alice.say('C0OPS', '@rekey help <me>');
    const mine = await alice.waitForMessage((message) => message.author === 'U0ALICE');
    expect(mine.text).toBe('<@U0LOCALBOT> help &lt;me&gt;');
    await alice.react(mine, 'eyes');
    await alice.say(alice.directMessage(), 'a private word');
    await vi.waitFor(() =>
      expect([...events].sort()).toEqual([
        'mention <@U0LOCALBOT> help &lt;me&gt;',
        'message channel',
        'message im',
        'reaction eyes',
      ]),
    );
  });
});
