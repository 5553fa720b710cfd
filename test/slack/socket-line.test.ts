import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { freePort } from '../support/free-port.ts';
import { aSlackWorld, aWorkspaceWith, OPS, says } from './support.ts';

describe('two Socket Mode connections', () => {
  test('lose no command while Slack recycles both, and lingers', async () => {
    const { workspace, start } = await aSlackWorld();
    await start();
    await vi.waitFor(() => expect(workspace.connections()).toBe(2));
    const alice = workspace.person('U0ALICE');
    const help = says('What you can do with /rotate-key');
    let sent = 0;
    // One command is always under way, so that no moment of the change is without one.
    const commandsUntil = async (reached: Promise<unknown>) => {
      let over = false;
      const stop = () => {
        over = true;
      };
      void reached.then(stop, stop);
      do {
        sent += 1;
        expect(await alice.command(OPS, '/rotate-key help')).toEqual({ ok: true });
      } while (!over);
      await reached;
    };
    for (let round = 0; round < 2; round++) {
      // Slack warns ten seconds ahead; the new ones stand before the old ones fall.
      workspace.faults.refreshSockets({ warningMs: 3_000, lingerMs: 1_500 });
      await commandsUntil(vi.waitFor(() => expect(workspace.connections()).toBe(4), { interval: 10, timeout: 3_000 }));
      await commandsUntil(vi.waitFor(() => expect(workspace.connections()).toBe(2), { timeout: 5_000 }));
    }
    // Whatever the speed of the machine: each one was taken, and each one was answered, once.
    await vi.waitFor(() => expect(alice.messages(OPS).filter(help)).toHaveLength(sent), { timeout: 10_000 });
  });

  test('come back when the network cut them, and what was acknowledged is done', async () => {
    const { workspace, start } = await aSlackWorld();
    const slack = await start();
    await vi.waitFor(() => expect(workspace.connections()).toBe(2));
    workspace.faults.killSockets();
    await vi.waitFor(() => expect(opened(workspace)).toBe(4));
    await vi.waitFor(() => expect(workspace.connections()).toBe(2));
    const alice = workspace.person('U0ALICE');
    expect(await alice.command(OPS, '/rotate-key payments-prod expired')).toEqual({ ok: true });
    await alice.waitForMessage(says('Started for payments-prod'));
    expect(slack.ready().ok).toBe(true);
  });

  test('that Slack switches off make it not ready; switched on again, it is', async () => {
    const { workspace, start } = await aSlackWorld();
    const slack = await start();
    await vi.waitFor(() => expect(slack.ready().ok).toBe(true));
    workspace.faults.disableLink(true);
    await vi.waitFor(() =>
      expect(slack.ready()).toMatchObject({ ok: false, detail: expect.stringContaining('Socket Mode') }),
    );
    workspace.faults.disableLink(false);
    await vi.waitFor(() => expect(slack.ready().ok).toBe(true));
  });
});

describe('a Slack that does not want us', () => {
  test('a wrong bot token is not ready and no crash; with the right one it is ready by itself', async () => {
    const port = await freePort();
    const { start, deps } = await aSlackWorld();
    const wrong = await startWorkspace(aWorkspaceWith({ port, botToken: 'xoxb-2222-other' }));
    const config = { ...deps.config, apiUrl: wrong.apiUrl };
    const slack = await start({ config });
    await vi.waitFor(() => expect(slack.ready()).toEqual({ ok: false, detail: 'Web API: invalid_auth' }));
    await wrong.stop();
    const right = await startWorkspace(aWorkspaceWith({ port }));
    await vi.waitFor(() => expect(slack.ready()).toMatchObject({ ok: true }), { timeout: 5_000 });
    await slack.stop();
    await right.stop();
  });

  test('a wrong app token is not ready, with the reason', async () => {
    const { start, deps } = await aSlackWorld();
    const slack = await start({ config: { ...deps.config, appToken: new Secret('xapp-2222-other') } });
    await vi.waitFor(() => expect(slack.ready()).toEqual({ ok: false, detail: 'Socket Mode: invalid_auth' }));
  });

  test('no Slack at all is not ready, and it comes up when Slack does', async () => {
    const port = await freePort();
    const { start, deps } = await aSlackWorld();
    const slack = await start({ config: { ...deps.config, apiUrl: `http://127.0.0.1:${port}/api/` } });
    await vi.waitFor(() => expect(slack.ready().detail).toMatch(/^Web API: (?!Slack)/));
    expect(slack.ready().ok).toBe(false);
    const late = await startWorkspace(aWorkspaceWith({ port }));
    await vi.waitFor(() => expect(slack.ready().ok).toBe(true), { timeout: 5_000 });
    await slack.stop();
    await late.stop();
  });

  test('without an app token Socket Mode is refused before anything starts', async () => {
    const { start, deps } = await aSlackWorld();
    await expect(start({ config: { ...deps.config, appToken: null } })).rejects.toThrow(/SLACK_APP_TOKEN/);
  });
});

function opened(workspace: Workspace): number {
  return workspace.wire.list().filter((entry) => entry.name === 'apps.connections.open').length;
}
