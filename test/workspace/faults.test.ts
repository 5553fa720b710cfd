import { describe, expect, test, vi } from 'vitest';
import { aBot, aClient, aWorkspace, callsOf } from './support.ts';

describe('on a switch', () => {
  test('a lost reply: the message is there and the app does not know it', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    workspace.faults.loseReplyNext(1, 'chat.postMessage');
    await expect(client.chat.postMessage({ channel: 'C0OPS', text: 'posted?' })).rejects.toThrow();
    expect(
      workspace
        .person('U0ALICE')
        .messages('C0OPS')
        .map((message) => message.text),
    ).toEqual(['posted?']);
    expect(callsOf(workspace)[0]?.result).toMatchObject({ lost: true, result: { ok: true } });
    await client.chat.postMessage({ channel: 'C0OPS', text: 'now it works' });
  });

  test('a failure: no effect, and only for the method it is meant for', async () => {
    const workspace = await aWorkspace();
    const client = aClient(workspace);
    workspace.faults.failNext(2, 500, 'chat.postMessage');
    await client.auth.test();
    await expect(client.chat.postMessage({ channel: 'C0OPS', text: 'x' })).rejects.toMatchObject({ statusCode: 500 });
    await expect(client.chat.postMessage({ channel: 'C0OPS', text: 'x' })).rejects.toMatchObject({ statusCode: 500 });
    expect(workspace.person('U0ALICE').messages('C0OPS')).toEqual([]);
    await client.chat.postMessage({ channel: 'C0OPS', text: 'x' });
  });

  test('a rate limit with the wait that was asked for', async () => {
    const workspace = await aWorkspace();
    workspace.faults.rateLimitNext(1, 17);
    await expect(aClient(workspace).users.list({})).rejects.toMatchObject({ retryAfter: 17 });
    await aClient(workspace).users.list({});
  });

  test('slowness, until it is switched off', async () => {
    const workspace = await aWorkspace();
    const timed = async () => {
      const began = performance.now();
      await aClient(workspace).auth.test();
      return performance.now() - began;
    };
    workspace.faults.slow(1_000);
    expect(await timed()).toBeGreaterThan(990);
    workspace.faults.slow(0);
    expect(await timed()).toBeLessThan(900);
  });

  test('a delivery that comes twice', async () => {
    const workspace = await aWorkspace();
    const triggers: string[] = [];
    await aBot(workspace, (app) => {
      app.command('/rotate-key', async ({ ack, command }) => {
        triggers.push(command.trigger_id);
        await ack();
      });
    });
    workspace.faults.duplicateDelivery(true);
    await workspace.person('U0ALICE').command('C0OPS', '/rotate-key');
    await vi.waitFor(() => expect(triggers).toHaveLength(2));
    expect(new Set(triggers).size).toBe(1);
  });

  test('a delivery that comes late', async () => {
    const workspace = await aWorkspace();
    await aBot(workspace, (app) => app.command('/rotate-key', ({ ack }) => ack()));
    workspace.faults.delayDelivery(300);
    const began = performance.now();
    await workspace.person('U0ALICE').command('C0OPS', '/rotate-key');
    expect(performance.now() - began).toBeGreaterThan(290);
  });
});
