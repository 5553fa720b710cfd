import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLayout } from '../../src/demo/layout.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'rekey-layout-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

test('finds the same ports and secrets again', async () => {
  const first = await openLayout(join(base, 'demo'), null);
  const second = await openLayout(join(base, 'demo'), null);
  expect(first.isNew).toBe(true);
  expect(second).toEqual({ ...first, isNew: false });
});

test('takes the page’s port from --port, and keeps it', async () => {
  const { ports } = await openLayout(join(base, 'probe'), null);
  await openLayout(join(base, 'demo'), ports.page);
  expect((await openLayout(join(base, 'demo'), null)).ports.page).toBe(ports.page);
});

test('keeps every folder and secret to its owner', async () => {
  const layout = await openLayout(join(base, 'demo'), null);
  for (const folder of [join(base, 'demo'), layout.rekeyDir, layout.keysDir, layout.paymentsDir, layout.logsDir])
    expect(statSync(folder).mode & 0o077, folder).toBe(0);
  for (const file of [layout.botTokenFile, layout.appTokenFile, layout.hookSecretFile])
    expect(statSync(file).mode & 0o177, file).toBe(0);
});

test('touches no folder with other files in it', async () => {
  const folder = join(base, 'project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  await expect(openLayout(folder, null)).rejects.toThrow(
    `${folder} holds files that are not the demo's. Give the demo a new or empty folder with --data.`,
  );
  expect(readdirSync(folder)).toEqual(['notes.txt']);
});

test('refuses a file, and a folder below a file, in a sentence', async () => {
  const file = join(base, 'file');
  writeFileSync(file, '');
  await expect(openLayout(file, null)).rejects.toMatchObject({
    name: 'Refusal',
    message: expect.stringMatching(/is a file/),
  });
  await expect(openLayout(join(file, 'demo'), null)).rejects.toMatchObject({
    name: 'Refusal',
    message: expect.stringMatching(/cannot make its folder .* with --data\.$/),
  });
});

test.each(['not json', '{"a":1}'])('refuses a demo.json that it did not write: %s', async (text) => {
  writeFileSync(join(base, 'demo.json'), text);
  await expect(openLayout(base, null)).rejects.toThrow(/is not what the demo wrote/);
  expect(readdirSync(base)).toEqual(['demo.json']);
});

test('refuses a port that is taken, before it makes anything', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(openLayout(join(base, 'demo'), port)).rejects.toThrow(`Port ${port}, which the demo uses for its page`);
  expect(existsSync(join(base, 'demo'))).toBe(false);
  server.close();
});
