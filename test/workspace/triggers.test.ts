import type { ModalView } from '@slack/types';
import { describe, expect, test, vi } from 'vitest';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { aBot, aClient, aClock, aWorkspace, codeOf } from './support.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });

const modal = (title: string, extra: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  callback_id: title.toLowerCase(),
  title: plain(title),
  submit: plain('Next'),
  blocks: [],
  ...extra,
});

describe('a trigger', () => {
  async function aTrigger(workspace: Workspace): Promise<string> {
    let trigger = '';
    await aBot(workspace, (app) => {
      app.command('/rotate-key', async ({ ack, command }) => {
        trigger = command.trigger_id;
        await ack();
      });
    });
    await workspace.person('U0ALICE').command('C0OPS', '/rotate-key');
    return trigger;
  }

  test('opens one modal and no second one', async () => {
    const workspace = await aWorkspace();
    const trigger_id = await aTrigger(workspace);
    const client = aClient(workspace);
    await client.views.open({ trigger_id, view: modal('Once') });
    expect(await codeOf(client.views.open({ trigger_id, view: modal('Twice') }))).toBe('exchanged_trigger_id');
  });

  test('is dead after three seconds', async () => {
    const clock = aClock();
    const workspace = await aWorkspace({ clock: clock.now });
    const trigger_id = await aTrigger(workspace);
    clock.advance(3_001);
    expect(await codeOf(aClient(workspace).views.open({ trigger_id, view: modal('Late') }))).toBe('expired_trigger_id');
  });

  test('cannot be made up, and is not spent on a view that Slack refuses', async () => {
    const workspace = await aWorkspace();
    const trigger_id = await aTrigger(workspace);
    const client = aClient(workspace);
    expect(await codeOf(client.views.open({ trigger_id: '1.2.3', view: modal('Forged') }))).toBe('invalid_trigger_id');
    const long = modal('x'.repeat(25));
    expect(await codeOf(client.views.open({ trigger_id, view: long }))).toBe('invalid_arguments');
    await client.views.open({ trigger_id, view: modal('Good') });
  });
});

describe('shortcuts', () => {
  test('global ones open a modal, message ones bring the message along', async () => {
    const workspace = await aWorkspace();
    const used: unknown[] = [];
    await aBot(workspace, (app) => {
      app.shortcut('new_incident', async ({ ack, shortcut, client }) => {
        await ack();
        await client.views.open({ trigger_id: shortcut.trigger_id, view: modal('Incident') });
      });
      app.shortcut({ callback_id: 'start_runbook', type: 'message_action' }, async ({ ack, shortcut }) => {
        await ack();
        used.push([shortcut.message.text, shortcut.channel.name]);
      });
    });
    const alice = workspace.person('U0ALICE');
    await alice.shortcut('new_incident');
    await alice.waitForView((view) => view.title === 'Incident');
    await alice.say('C0OPS', 'the key is in a gist');
    await alice.shortcut('start_runbook', alice.messages('C0OPS')[0]);
    await vi.waitFor(() => expect(used).toEqual([['the key is in a gist', 'ops']]));
    await expect(alice.shortcut('start_runbook')).rejects.toThrow('declares no global shortcut start_runbook');
  });
});
