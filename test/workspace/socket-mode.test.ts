import { describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { APP_TOKEN, aBot, aClient, afterwards, aManifest, aWorkspace } from './support.ts';

interface Frame {
  type: string;
  envelope_id?: string;
  reason?: string;
  num_connections?: number;
  retry_attempt?: number;
  retry_reason?: string;
  accepts_response_payload?: boolean;
  payload?: { command?: string; event_id?: string; event?: { type: string } };
}

/** A bare Socket Mode client: what arrives on the wire, before any SDK touches it. */
async function aSocket(workspace: Workspace, { acks = true } = {}) {
  const { url = '' } = await aClient(workspace, APP_TOKEN).apps.connections.open({});
  const frames: Frame[] = [];
  const socket = new WebSocket(url);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (bytes) => {
    const frame: Frame = JSON.parse(String(bytes));
    frames.push(frame);
    if (acks && frame.envelope_id) socket.send(JSON.stringify({ envelope_id: frame.envelope_id }));
  });
  afterwards(async () => socket.terminate());
  await vi.waitFor(() => expect(frames[0]).toBeDefined());
  return { socket, frames, closed, url };
}

const deliveries = (frames: Frame[]) => frames.filter((frame) => frame.envelope_id !== undefined);

describe('a connection', () => {
  test('says hello, and its ticket opens no second one', async () => {
    const workspace = await aWorkspace();
    const { frames, url } = await aSocket(workspace);
    expect(frames[0]).toMatchObject({
      type: 'hello',
      num_connections: 1,
      connection_info: { app_id: workspace.appId },
    });
    const again = new WebSocket(url);
    await expect(new Promise((_, reject) => again.on('error', reject))).rejects.toThrow('401');
    expect(workspace.connections()).toBe(1);
  });

  test('each delivery goes to exactly one of them, in turn', async () => {
    const workspace = await aWorkspace();
    const sockets = await Promise.all([aSocket(workspace), aSocket(workspace), aSocket(workspace)]);
    const alice = workspace.person('U0ALICE');
    for (let sent = 0; sent < 6; sent += 1) expect(await alice.command('C0OPS', '/rotate-key')).toEqual({ ok: true });
    expect(sockets.map(({ frames }) => deliveries(frames).length)).toEqual([2, 2, 2]);
  });

  test('the eleventh is one too many', async () => {
    const workspace = await aWorkspace();
    for (let opened = 0; opened < 10; opened += 1) await aSocket(workspace);
    const { frames, closed } = await aSocket(workspace);
    expect(frames).toEqual([expect.objectContaining({ type: 'disconnect', reason: 'too_many_websockets' })]);
    await closed;
    expect(workspace.connections()).toBe(10);
  });

  test('there is none when Socket Mode is off, in the manifest or later', async () => {
    const off = await aWorkspace({ manifest: aManifest({ socketMode: false }) });
    expect((await aSocket(off)).frames[0]).toMatchObject({ type: 'disconnect', reason: 'link_disabled' });
    const workspace = await aWorkspace();
    const { frames, closed } = await aSocket(workspace);
    workspace.faults.disableLink(true);
    await closed;
    expect(frames.at(-1)).toMatchObject({ type: 'disconnect', reason: 'link_disabled' });
  });
});

describe('a refresh', () => {
  test('is announced, and deliveries go on until it comes', async () => {
    const workspace = await aWorkspace();
    const { frames } = await aSocket(workspace);
    const alice = workspace.person('U0ALICE');
    workspace.faults.refreshSockets({ warningMs: 200 });
    await vi.waitFor(() => expect(frames.at(-1)).toMatchObject({ type: 'disconnect', reason: 'warning' }));
    expect(await alice.command('C0OPS', '/rotate-key')).toEqual({ ok: true });
    await vi.waitFor(() => expect(frames.at(-1)).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' }));
    expect(await alice.command('C0OPS', '/rotate-key')).toMatchObject({ error: 'dispatch_failed' });
  });

  test('leaves the TCP connection open after the close handshake, as Slack does', async () => {
    const workspace = await aWorkspace();
    const { socket, frames, closed } = await aSocket(workspace);
    workspace.faults.refreshSockets({ warningMs: 0, lingerMs: 400 });
    await vi.waitFor(() => expect(frames.at(-1)?.reason).toBe('refresh_requested'));
    const began = performance.now();
    socket.close(1000);
    await closed;
    expect(performance.now() - began).toBeGreaterThan(350);
  });

  test('loses nothing when a second, younger connection is there', async () => {
    const workspace = await aWorkspace();
    const handled: string[] = [];
    const older = await aSocket(workspace);
    workspace.faults.refreshSockets({ warningMs: 100, lingerMs: 1_000 });
    await aBot(workspace, (app) => {
      app.command('/rotate-key', async ({ ack, command }) => {
        handled.push(command.text);
        await ack();
      });
    });
    await vi.waitFor(() => expect(older.frames.at(-1)?.reason).toBe('refresh_requested'));
    const alice = workspace.person('U0ALICE');
    for (let sent = 0; sent < 10; sent += 1) {
      expect(await alice.command('C0OPS', `/rotate-key ${sent}`)).toEqual({ ok: true });
    }
    expect(handled).toHaveLength(10);
  });

  test('Bolt 5 with two connections comes back on both', async () => {
    const workspace = await aWorkspace();
    await aBot(workspace, (app) => app.command('/rotate-key', ({ ack }) => ack()), 2);
    expect(workspace.connections()).toBe(2);
    workspace.faults.refreshSockets({ warningMs: 0 });
    await vi.waitFor(() => expect(workspace.connections()).toBe(0));
    await vi.waitFor(() => expect(workspace.connections()).toBe(2), { timeout: 15_000, interval: 100 });
    expect(await workspace.person('U0ALICE').command('C0OPS', '/rotate-key')).toEqual({ ok: true });
  });
});

describe('events', () => {
  test('that nobody acknowledges are sent again with the same event id, and the reason', async () => {
    const workspace = await aWorkspace({ strict: { ackMs: 50, eventRetryMs: [0, 10, 20] } });
    const { frames } = await aSocket(workspace, { acks: false });
    await workspace.person('U0ALICE').say('C0OPS', 'hello');
    await vi.waitFor(() => expect(deliveries(frames)).toHaveLength(4));
    expect(deliveries(frames).map((frame) => [frame.retry_attempt, frame.retry_reason])).toEqual([
      [undefined, undefined],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
    expect(new Set(frames.slice(1).map((frame) => frame.payload?.event_id)).size).toBe(1);
    expect(new Set(frames.map((frame) => frame.envelope_id)).size).toBe(5);
  });

  test('accept no answer, commands do', async () => {
    const workspace = await aWorkspace();
    const { frames } = await aSocket(workspace);
    const alice = workspace.person('U0ALICE');
    await alice.say('C0OPS', 'hello');
    await alice.command('C0OPS', '/rotate-key');
    expect(deliveries(frames).map((frame) => [frame.type, frame.accepts_response_payload])).toEqual([
      ['events_api', false],
      ['slash_commands', true],
    ]);
  });
});

test('a cut connection takes nothing more, and Bolt 5 comes back by itself', async () => {
  const workspace = await aWorkspace();
  await aBot(workspace, (app) => app.command('/rotate-key', ({ ack }) => ack()));
  workspace.faults.killSockets();
  await vi.waitFor(() => expect(workspace.connections()).toBe(0));
  const alice = workspace.person('U0ALICE');
  expect(await alice.command('C0OPS', '/rotate-key')).toMatchObject({ error: 'dispatch_failed' });
  await vi.waitFor(() => expect(workspace.connections()).toBe(1), { timeout: 15_000, interval: 100 });
  expect(await alice.command('C0OPS', '/rotate-key')).toEqual({ ok: true });
});
