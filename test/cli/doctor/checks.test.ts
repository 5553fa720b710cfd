import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { Check } from '../../../src/cli/doctor/check.ts';
import { examined } from '../../../src/cli/doctor/configuration.ts';
import { hooksCheck, keyFilesCheck, secretFilesCheck } from '../../../src/cli/doctor/private-files.ts';
import { portCheck, queueCheck } from '../../../src/cli/doctor/reachable.ts';
import { ledgerCheck, runbooksCheck } from '../../../src/cli/doctor/stored.ts';
import { type Config, readConfig } from '../../../src/config.ts';
import { freePort } from '../../support/free-port.ts';
import { aHookSecret, aSecretForEachHook } from '../../support/http-world.ts';
import { anInstallation, type Installation } from '../../support/installation.ts';

function configOf({ dataDir, runbooksDir }: Installation, more: Record<string, string> = {}): Config {
  return readConfig({ REKEY_DATA_DIR: dataDir, REKEY_RUNBOOKS_DIR: runbooksDir, ...more });
}

async function aHealthy() {
  const at = anInstallation();
  await at.issue({});
  await aSecretForEachHook(at, 'x'.repeat(40));
  return { ...at, config: configOf(at) };
}

type World = Awaited<ReturnType<typeof aHealthy>>;

test('each part of a healthy installation is right, and says what it is', async () => {
  const { config, dataDir } = await aHealthy();
  for (const check of [keyFilesCheck, ledgerCheck, runbooksCheck, hooksCheck])
    expect(await check(config)).toMatchObject({ state: 'ok', todo: [] });
  expect((await ledgerCheck(config)).says).toBe('sound; all 1 audit line follow from each other');
  const { check } = await examined({ REKEY_DATA_DIR: dataDir });
  expect(check).toEqual({
    name: 'configuration',
    state: 'ok',
    says: `read from the environment; data in ${dataDir}`,
    todo: [],
  });
});

test.each<[string, (at: World) => void, (config: Config) => Promise<Check>, RegExp]>([
  [
    'no master key',
    ({ keysDir }) => rmSync(join(keysDir, 'master.key')),
    keyFilesCheck,
    /master\.key is missing\. .*rekey init$/,
  ],
  [
    'a master key for all',
    ({ keysDir }) => chmodSync(join(keysDir, 'master.key'), 0o644),
    keyFilesCheck,
    /Type: chmod 600 .*master\.key$/,
  ],
  [
    'a pepper for the group',
    ({ keysDir }) => chmodSync(join(keysDir, 'pepper.key'), 0o640),
    keyFilesCheck,
    /Type: chmod 600 .*pepper\.key$/,
  ],
  ['a folder that others write', ({ keysDir }) => chmodSync(keysDir, 0o777), keyFilesCheck, /Type: chmod 700 /],
  [
    'an example for a key',
    ({ keysDir }) => writeFileSync(join(keysDir, 'pepper.key'), `${'A'.repeat(43)}=\n`),
    keyFilesCheck,
    /holds an example/,
  ],
  [
    'a ledger for all',
    ({ ledgerFile }) => chmodSync(ledgerFile, 0o644),
    ledgerCheck,
    /Type: chmod 600 .*ledger\.sqlite$/,
  ],
  [
    'a damaged ledger',
    ({ ledgerFile }) => writeFileSync(ledgerFile, 'gone'.repeat(999)),
    ledgerCheck,
    /damaged|not a usable SQLite file/,
  ],
  [
    'a changed audit line',
    ({ ledgerFile }) => changeAudit(ledgerFile),
    ledgerCheck,
    /line 1 was changed after it was written/,
  ],
  [
    'a typo in a runbook',
    (at) => edit(at, 'R-KEY-EXPIRY.yaml', 'uses: key.classify', 'uses: key.clasify'),
    runbooksCheck,
    /^runbooks\/R-KEY-EXPIRY\.yaml:\d+:11 .*write `key\.classify`/,
  ],
  [
    'no policy',
    ({ runbooksDir }) => rmSync(join(runbooksDir, 'policy.yaml')),
    runbooksCheck,
    /^runbooks\/policy\.yaml:1:1 .*no such file/,
  ],
  [
    'no runbooks folder',
    ({ runbooksDir }) => rmSync(runbooksDir, { recursive: true }),
    runbooksCheck,
    /^Set REKEY_RUNBOOKS_DIR/,
  ],
  [
    'a hook secret for all',
    ({ keysDir }) => chmodSync(join(keysDir, 'hooks', 'payments-api'), 0o644),
    hooksCheck,
    /^payments-api: .*Type: chmod 600 /,
  ],
  [
    'a short hook secret',
    ({ keysDir }) => void aHookSecret(keysDir, 'payments-api', 'short'),
    hooksCheck,
    /^payments-api: .* at least 32/,
  ],
  [
    'no hook secret',
    ({ keysDir }) => rmSync(join(keysDir, 'hooks'), { recursive: true }),
    hooksCheck,
    /^payments-api: has no secret\. Type: mkdir -p/,
  ],
  [
    'a hook that the policy does not know',
    ({ keysDir }) => void aHookSecret(keysDir, 'old', 'x'.repeat(40)),
    hooksCheck,
    /^old: has a secret and no line under `hooks`/,
  ],
])('%s is found, with what to do', async (_, spoil, check, todo) => {
  const at = await aHealthy();
  spoil(at);
  const found = await check(at.config);
  expect(found.state).toBe('problem');
  expect(found.todo).toEqual(expect.arrayContaining([expect.stringMatching(todo)]));
});

function edit({ runbooksDir }: World, name: string, from: string, to: string): void {
  const file = join(runbooksDir, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

function changeAudit(file: string): void {
  const sqlite = new Database(file);
  for (const name of sqlite.prepare("select name from sqlite_master where type = 'trigger'").pluck().all())
    sqlite.exec(`drop trigger "${name}"`);
  sqlite.exec("update audit set actor = 'person:mallory'");
  sqlite.close();
}

test('the commands for missing hook secrets make ones that are right', async () => {
  const at = await aHealthy();
  rmSync(join(at.keysDir, 'hooks'), { recursive: true });
  const { todo } = await hooksCheck(at.config);
  expect(todo).toHaveLength(3);
  for (const one of todo) execFileSync('sh', ['-c', one.slice(one.indexOf('Type: ') + 'Type: '.length)]);
  expect(await hooksCheck(at.config)).toMatchObject({ state: 'ok' });
});

test('a ledger that is not there yet is no problem', async () => {
  expect(await ledgerCheck(configOf(anInstallation()))).toMatchObject({ state: 'skipped' });
});

test('a configuration with problems says all of them, and the rest of it goes on being used', async () => {
  const { dataDir } = anInstallation();
  const env = {
    REKEY_DATA_DIR: dataDir,
    LOG_LEVEL: 'loud',
    REKEY_HTTP_PORT: 'x',
    SLACK_BOT_TOKEN: 'canary',
    SLACK_MODE: 'socket',
  };
  const { check, config } = await examined(env);
  expect(check).toMatchObject({ state: 'problem', says: '3 to mend, all explained in .env.example' });
  expect(check.todo.map((line) => line.split(':')[0])).toEqual(['SLACK_BOT_TOKEN', 'REKEY_HTTP_PORT', 'LOG_LEVEL']);
  expect(JSON.stringify(check)).not.toContain('canary');
  expect(config).toMatchObject({ dataDir, logLevel: 'info', slack: null });
});

test('a token file that others can read is found', async () => {
  const { folder } = anInstallation();
  const file = join(folder, 'bot-token');
  writeFileSync(file, 'xoxb-canary');
  chmodSync(file, 0o644);
  const open = await secretFilesCheck({ SLACK_BOT_TOKEN_FILE: file });
  expect(open).toMatchObject({ state: 'problem', todo: [`Type: chmod 600 ${file}`] });
  chmodSync(file, 0o600);
  expect(await secretFilesCheck({ SLACK_BOT_TOKEN_FILE: file })).toMatchObject({ state: 'ok' });
  expect(await secretFilesCheck({})).toMatchObject({ state: 'skipped' });
});

test('a queue server that is away is found, and nobody has to wait for it', async () => {
  const at = anInstallation();
  const port = await freePort();
  const check = await queueCheck(configOf(at, { QUEUE_URL: `redis://:canary@127.0.0.1:${port}` }));
  expect(check).toMatchObject({
    state: 'problem',
    todo: expect.arrayContaining([expect.stringContaining('correct QUEUE_URL')]),
  });
  expect(JSON.stringify(check)).not.toContain('canary');
});

test('an embedded queue in use by a process that does not answer is found', { timeout: 60_000 }, async () => {
  const at = anInstallation();
  const config = configOf(at, { REKEY_HTTP_PORT: String(await freePort()) });
  const { openQueue } = await import('../../../src/engine/queue.ts');
  const log = { info: () => {}, warn: () => {} };
  const other = await openQueue({ dataDir: at.dataDir, log, onError: () => {} });
  onTestFinished(other.close);
  expect(await queueCheck(config)).toMatchObject({
    state: 'problem',
    says: 'in use by another process',
    todo: [expect.stringContaining('Another Rekey process works in'), expect.stringMatching(/\/readyz did not answer/)],
  });
});

test('a port that another program has is found, a free one is right', async () => {
  const at = anInstallation();
  const port = await freePort();
  const config = configOf(at, { REKEY_HTTP_PORT: String(port) });
  expect(await portCheck(config)).toMatchObject({ state: 'ok', says: `127.0.0.1:${port} is free` });
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  expect(await portCheck(config)).toMatchObject({ state: 'problem', todo: ['Set REKEY_HTTP_PORT to a free port.'] });
  expect(await portCheck(configOf(at, { REKEY_HTTP_HOST: '192.0.2.1' }))).toMatchObject({ state: 'problem' });
});
