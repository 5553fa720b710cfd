import { describe, expect, test } from 'vitest';
import { aBot, aManifest, aWorkspace } from './support.ts';

describe('slash commands', () => {
  test('one the manifest does not declare never reaches the app, and Slack says so', async () => {
    const workspace = await aWorkspace();
    const handled: string[] = [];
    await aBot(workspace, (app) => {
      app.command(/.*/, async ({ ack, command }) => {
        handled.push(command.command);
        await ack();
      });
    });
    const alice = workspace.person('U0ALICE');
    const outcome = await alice.command('C0OPS', '/rotatekey stripe');
    const shown = alice.messages('C0OPS')[0];
    expect(outcome).toMatchObject({ ok: false, error: 'unknown_command' });
    expect(shown?.text).toMatch(
      /^\/rotatekey is not a valid command\. In Slack, all messages that start with the "\/"/,
    );
    expect(shown).toMatchObject({ by: 'slack', visibleTo: 'U0ALICE' });
    expect(handled).toEqual([]);
  });

  test('are refused in threads, as in Slack', async () => {
    const workspace = await aWorkspace();
    const alice = workspace.person('U0ALICE');
    await alice.say('C0OPS', 'hello');
    const [message] = alice.messages('C0OPS');
    const outcome = await alice.say('C0OPS', '/rotate-key x', { threadTs: message?.ts ?? '' });
    expect(outcome).toMatchObject({ ok: false, shown: '/rotate-key is not supported in threads. Sorry!' });
  });

  test('that are not acknowledged in time end in Slack’s own words', async () => {
    const workspace = await aWorkspace({ strict: { ackMs: 150 } });
    await aBot(workspace, (app) => {
      app.command('/rotate-key', async () => undefined);
    });
    const alice = workspace.person('U0ALICE');
    await alice.command('C0OPS', '/rotate-key stripe-prod');
    expect(alice.messages('C0OPS')[0]?.text).toBe('/rotate-key failed with the error "operation_timeout"');
    expect(workspace.person('U0BOB').messages('C0OPS')).toEqual([]);
  });

  test('the app has three seconds by default, no more', async () => {
    const workspace = await aWorkspace();
    await aBot(workspace, (app) => {
      app.command('/rotate-key', async () => undefined);
    });
    const began = performance.now();
    await workspace.person('U0ALICE').command('C0OPS', '/rotate-key');
    expect(performance.now() - began).toBeGreaterThan(2_950);
  });

  test('without a connected app fail at once', async () => {
    const workspace = await aWorkspace();
    const outcome = await workspace.person('U0ALICE').command('C0OPS', '/rotate-key x');
    expect(outcome).toMatchObject({
      error: 'dispatch_failed',
      shown: '/rotate-key failed with the error "dispatch_failed"',
    });
  });

  test('carry mentions as ids only where the manifest asks for it', async () => {
    const workspace = await aWorkspace();
    const texts: string[] = [];
    await aBot(workspace, (app) => {
      app.command(/.*/, async ({ ack, command }) => {
        texts.push(command.text);
        await ack();
      });
    });
    const alice = workspace.person('U0ALICE');
    await alice.command('C0OPS', '/rotate-key ask @bob in #ops');
    await alice.command('C0OPS', '/escaped ask @bob in #ops about https://example.com');
    expect(texts).toEqual(['ask @bob in #ops', 'ask <@U0BOB> in <#C0OPS|ops> about <https://example.com>']);
  });

  test('that answer with blocks Slack does not take fail in front of the person', async () => {
    const workspace = await aWorkspace();
    await aBot(workspace, (app) => {
      app.command('/rotate-key', ({ ack }) => ack({ blocks: [{ type: 'sparkles' }] }));
    });
    const outcome = await workspace.person('U0ALICE').command('C0OPS', '/rotate-key');
    expect(outcome).toMatchObject({ shown: '/rotate-key failed with the error "invalid_blocks"' });
  });

  test('are typed only by people who are there', async () => {
    const workspace = await aWorkspace();
    await expect(workspace.person('U0BOB').command('C0SECRET', '/rotate-key')).rejects.toThrow('bob is not in #secret');
    expect(() => workspace.person('U0NOBODY')).toThrow('Nobody here has the id U0NOBODY');
  });
});

describe('the manifest', () => {
  test('that asks for an event without its scope does not install', async () => {
    const manifest = aManifest({ scopes: ['commands'], events: ['app_mention'] });
    await expect(aWorkspace({ manifest })).rejects.toThrow('app_mention needs app_mentions:read');
  });

  test('that Slack would refuse does not install', async () => {
    const manifest = { display_information: { name: 'x'.repeat(36) } };
    await expect(aWorkspace({ manifest })).rejects.toThrow('not one Slack accepts');
  });

  test('decides which events arrive', async () => {
    const workspace = await aWorkspace({ manifest: aManifest({ events: ['message.im'] }) });
    const events: string[] = [];
    await aBot(workspace, (app) => {
      app.event(/.*/, async ({ event }) => void events.push(event.type));
      app.command('/rotate-key', ({ ack }) => ack());
    });
    const alice = workspace.person('U0ALICE');
    await alice.say('C0OPS', '@rekey are you there?');
    await alice.say(alice.directMessage(), 'hello');
    await alice.command('C0OPS', '/rotate-key');
    expect(events).toEqual(['message']);
  });

  test('without interactivity, buttons reach nobody', async () => {
    const manifest = { ...aManifest(), settings: { socket_mode_enabled: true } };
    const workspace = await aWorkspace({ manifest });
    const app = await aBot(workspace, () => undefined);
    const text = { type: 'plain_text' as const, text: 'Go' };
    const blocks = [{ type: 'actions' as const, elements: [{ type: 'button' as const, action_id: 'go', text }] }];
    await app.client.chat.postMessage({ channel: 'C0OPS', text: 'x', blocks });
    const alice = workspace.person('U0ALICE');
    const message = await alice.waitForMessage((each) => each.text === 'x');
    expect(await alice.click(message, 'go')).toMatchObject({ ok: false, error: 'interactivity_disabled' });
  });
});
