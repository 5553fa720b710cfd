import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startWorkspace } from '../../src/workspace/start.ts';
import { aBot, aClient, aClock, afterwards, aWorkspace, options } from './support.ts';

async function aFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'workspace-'));
  afterwards(() => rm(folder, { recursive: true }));
  return join(folder, 'snapshot.json');
}

const button = { type: 'button' as const, action_id: 'go', text: { type: 'plain_text' as const, text: 'Go' } };
const blocks = [{ type: 'actions' as const, block_id: 'b', elements: [button] }];

test('messages, direct messages, reactions, files and Home are there again after a restart', async () => {
  const snapshotFile = await aFile();
  const clock = aClock();
  const first = await startWorkspace(options({ snapshotFile, clock: clock.now }));
  const client = aClient(first);
  const { ts = '' } = await client.chat.postMessage({
    channel: 'C0OPS',
    text: 'kept',
    blocks,
    metadata: { event_type: 'run', event_payload: { id: 1 } },
  });
  await client.reactions.add({ channel: 'C0OPS', timestamp: ts, name: 'eyes' });
  await client.chat.postEphemeral({ channel: 'C0OPS', user: 'U0ALICE', text: 'gone' });
  await client.chat.postMessage({ channel: 'U0ALICE', text: 'dear Alice' });
  await client.filesUploadV2({ channel_id: 'C0OPS', file: Buffer.from('bytes'), filename: 'a.txt' });
  await client.views.publish({ user_id: 'U0ALICE', view: { type: 'home', blocks } });
  const alice = first.person('U0ALICE');
  const before = [
    alice.messages('C0OPS').filter((each) => !each.visibleTo),
    alice.messages(alice.directMessage()),
    alice.home(),
  ];
  await first.stop();

  const second = await aWorkspace({ snapshotFile, clock: clock.now });
  const again = second.person('U0ALICE');
  expect([again.messages('C0OPS'), again.messages(again.directMessage()), again.home()]).toEqual(before);
  const fileId = again.messages('C0OPS').at(-1)?.files[0];
  const served = await fetch(`${second.url}/page/files/${fileId}${new URL(second.pageUrl).search}`);
  expect(await served.text()).toBe('bytes');
  const next = await aClient(second).chat.postMessage({ channel: 'C0OPS', text: 'later' });
  expect(Number(next.ts)).toBeGreaterThan(
    Math.max(
      ...again
        .messages('C0OPS')
        .slice(0, -1)
        .map((each) => Number(each.ts)),
    ),
  );
});

test('a button on a message from before the restart still works', async () => {
  const snapshotFile = await aFile();
  const first = await startWorkspace(options({ snapshotFile }));
  await aClient(first).chat.postMessage({ channel: 'C0OPS', text: 'card', blocks });
  await first.stop();
  const second = await aWorkspace({ snapshotFile });
  const pressed: string[] = [];
  await aBot(second, (app) => {
    app.action('go', async ({ ack, body }) => {
      pressed.push(body.user.id);
      await ack();
    });
  });
  const bob = second.person('U0BOB');
  const card = await bob.waitForMessage((message) => message.text === 'card');
  expect(await bob.click(card, 'go')).toEqual({ ok: true });
  expect(pressed).toEqual(['U0BOB']);
});

test('the bot may restart meanwhile: messages stay, and the next one handles the click', async () => {
  const workspace = await aWorkspace();
  await aClient(workspace).chat.postMessage({ channel: 'C0OPS', text: 'card', blocks });
  const bob = workspace.person('U0BOB');
  const card = await bob.waitForMessage((message) => message.text === 'card');
  expect(await bob.click(card, 'go')).toMatchObject({ ok: false, error: 'dispatch_failed' });
  await aBot(workspace, (app) => app.action('go', ({ ack }) => ack()));
  expect(await bob.click(card, 'go')).toEqual({ ok: true });
});

test('is on disk soon after a change, whole, and not readable for others', async () => {
  const snapshotFile = await aFile();
  const workspace = await aWorkspace({ snapshotFile });
  await workspace.person('U0ALICE').say('C0OPS', 'written down');
  await expect.poll(async () => readFile(snapshotFile, 'utf8').catch(() => '')).toContain('written down');
  expect(await readdir(join(snapshotFile, '..'))).toEqual(['snapshot.json']);
});

test('a file that is no snapshot is refused with what to do, and is left alone', async () => {
  const snapshotFile = await aFile();
  await writeFile(snapshotFile, '{"half":');
  await expect(startWorkspace(options({ snapshotFile }))).rejects.toThrow(
    'is not a snapshot of a local workspace; move it away',
  );
  expect(await readFile(snapshotFile, 'utf8')).toBe('{"half":');
});

test('a port that is taken is said in a sentence', async () => {
  const workspace = await aWorkspace();
  const port = Number(new URL(workspace.url).port);
  await expect(startWorkspace(options({ port }))).rejects.toThrow(`Port ${port} is already in use on this machine`);
});
