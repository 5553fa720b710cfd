import { chmodSync, cpSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { aBot } from '../support/incident-bot.ts';
import { aMadeQueue } from '../support/incident-world.ts';
import { anInstallation, type Installation } from '../support/installation.ts';

// Made once: an embedded queue takes seconds to come into being.
let made: Awaited<ReturnType<typeof aMadeQueue>>;
beforeAll(async () => {
  made = await aMadeQueue();
}, 60_000);
afterAll(() => made[Symbol.dispose]());

function anInstallationWithQueue(): Installation {
  const at = anInstallation();
  cpSync(made.folder, join(at.dataDir, 'queue'), { recursive: true });
  return at;
}

test('init makes key files for their owner alone: 0; the second time it refuses and changes nothing: 2', async () => {
  const { rekey, keysDir } = anInstallation();
  rmSync(keysDir, { recursive: true });
  const first = await rekey(['init']);
  expect([first.code, first.err]).toEqual([0, '']);
  expect(first.out).toContain(`Made the master key and the pepper in ${keysDir} (0600).`);
  const files = readdirSync(keysDir).map((name) => join(keysDir, name));
  expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  const before = files.map((file) => statSync(file).mtimeMs);

  const again = await rekey(['init']);
  expect([again.code, again.out]).toEqual([2, '']);
  expect(again.err).toContain('is already there and is never overwritten');
  expect(files.map((file) => statSync(file).mtimeMs)).toEqual(before);
});

test.each<[string, (at: Installation) => Record<string, string>, RegExp]>([
  ['without key files', ({ keysDir }) => gone(keysDir), /master\.key is missing\. .*rekey init$/],
  [
    'with a master key that others read',
    ({ keysDir }) => mode(join(keysDir, 'master.key'), 0o640),
    /Type: chmod 600 .*master\.key$/,
  ],
  [
    'without a policy',
    ({ runbooksDir }) => gone(join(runbooksDir, 'policy.yaml')),
    /policy\.yaml:1:1 expected a file that can be read, got no such file/,
  ],
  [
    'with a broken policy',
    ({ runbooksDir }) => broken(join(runbooksDir, 'policy.yaml')),
    /^Nothing is allowed until this is right: runbooks\/policy\.yaml:1:/,
  ],
  ['without its runbooks folder', ({ runbooksDir }) => gone(runbooksDir), /policy\.yaml/],
  ['with a ledger of another program', ({ ledgerFile }) => broken(ledgerFile), /is damaged|not a usable SQLite file/],
  [
    'with a queue that it does not know',
    () => ({ QUEUE_URL: 'amqp://user:canary@host' }),
    /QUEUE_URL: expected redis:\/\//,
  ],
  [
    'with half of the Slack tokens',
    () => ({ SLACK_BOT_TOKEN: 'xoxb-canary-0123456789' }),
    /SLACK_APP_TOKEN: expected a value/,
  ],
  [
    'without certificate checks',
    () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    /NODE_TLS_REJECT_UNAUTHORIZED: expected nothing/,
  ],
])('serve refuses to start %s, in words and without a stack: 2', async (_, spoil, sentence) => {
  const at = anInstallation();
  const env = spoil(at);
  const { code, out, err } = await at.rekey(['serve'], { env: { REKEY_HTTP_PORT: '0', LOG_LEVEL: 'silent', ...env } });
  const said = err.replaceAll(/^\(node:\d+\) Warning: Setting the NODE_TLS.*\n.*\n/gm, '');
  expect([code, out]).toEqual([2, '']);
  expect(said.trimEnd()).toMatch(new RegExp(sentence, 'm'));
  expect(said).not.toMatch(/^ {4}at /m);
  expect(said).not.toContain('canary');
});

test('serve refuses a port that is taken, by its name: 2', async () => {
  const at = anInstallationWithQueue();
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { code, err } = await at.rekey(['serve'], { env: { REKEY_HTTP_PORT: String(port), LOG_LEVEL: 'silent' } });
  expect(code).toBe(2);
  expect(err).toBe(
    `Port ${port} on 127.0.0.1 is taken by another program. Set REKEY_HTTP_PORT to a free one (0 picks any).\n`,
  );
});

test('serve is ready without Slack, and leaves at SIGTERM in good order: 0', async () => {
  const at = anInstallationWithQueue();
  const port = await freePort();
  const env = {
    ...at.env,
    REKEY_HTTP_PORT: String(port),
    REKEY_DATA_DIR: at.dataDir,
    REKEY_RUNBOOKS_DIR: at.runbooksDir,
  };
  const bot = aBot({ env, url: `http://127.0.0.1:${port}`, logFile: join(at.folder, 'bot.log') });
  await bot.start();
  expect(bot.isRunning()).toBe(true);
  const { code, signal, said } = await bot.stop();
  expect([code, signal]).toEqual([0, null]);
  expect(said).toContain('"msg":"stopping"');
  expect(said).not.toContain('"level":50');
});

function gone(path: string): Record<string, string> {
  rmSync(path, { recursive: true });
  return {};
}

function mode(file: string, bits: number): Record<string, string> {
  chmodSync(file, bits);
  return {};
}

function broken(file: string): Record<string, string> {
  writeFileSync(file, 'people: [', { mode: 0o600 });
  return {};
}
