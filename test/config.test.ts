import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { type Env, VARIABLES } from '../src/environment.ts';
import { Refusal } from '../src/errors.ts';

const SOCKET = { SLACK_BOT_TOKEN: 'xoxb-canary-bot', SLACK_APP_TOKEN: 'xapp-canary-app' };

function refusalOf(env: Env): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return error instanceof Refusal ? error.message : '';
  }
  throw new Error('it was taken');
}

function aFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

test('nothing set means: data and runbooks here, embedded queue, no Slack, loopback only', () => {
  expect(readConfig({})).toEqual({
    dataDir: resolve('data'),
    ledgerFile: resolve('data/ledger.sqlite'),
    runbooksDir: resolve('runbooks'),
    keysDir: resolve('data/keys'),
    queueUrl: undefined,
    slack: null,
    http: { host: '127.0.0.1', port: 7400 },
    fileSinkRoots: [],
    probeHosts: [],
    masterKeyCommand: null,
    checkpointDir: null,
    publicUrl: null,
    concurrency: 8,
    logLevel: 'info',
    faultAt: null,
  });
});

test('an empty or blank variable is one that was not set', () => {
  const blank = Object.fromEntries(Object.keys(SOCKET).map((name) => [name, ' ']));
  expect(readConfig({ ...blank, QUEUE_URL: '', REKEY_HTTP_PORT: '', LOG_LEVEL: ' ' })).toEqual(readConfig({}));
});

test('a bot token switches Slack on, over Socket Mode', () => {
  const { slack } = readConfig(SOCKET);
  expect(slack).toMatchObject({ mode: 'socket', apiUrl: undefined, signingSecret: null, port: 7401 });
  expect(slack?.botToken.reveal()).toBe('xoxb-canary-bot');
  expect(JSON.stringify(slack)).not.toContain('canary');
});

test('Slack can be switched off with the tokens still there', () => {
  expect(readConfig({ ...SOCKET, SLACK_MODE: 'off' }).slack).toBeNull();
});

test.each([
  ['socket', { SLACK_BOT_TOKEN: SOCKET.SLACK_BOT_TOKEN }, 'SLACK_APP_TOKEN'],
  ['http', { ...SOCKET, SLACK_MODE: 'http' }, 'SLACK_SIGNING_SECRET'],
  ['socket', { SLACK_MODE: 'socket', SLACK_APP_TOKEN: SOCKET.SLACK_APP_TOKEN }, 'SLACK_BOT_TOKEN'],
])('%s mode says which secret it lacks', (mode, env, missing) => {
  expect(refusalOf(env)).toContain(
    `${missing}: expected a value, because Slack is reached in ${mode} mode; give it as ${missing} or ${missing}_FILE.`,
  );
});

test('lists and numbers are read as what they are', () => {
  const read = readConfig({
    REKEY_FILE_SINK_ROOTS: ' /run/a , ,b',
    REKEY_PROBE_HOSTS: 'api.example.com, 127.0.0.1:7010 ,pay.internal:8443 private',
    REKEY_HTTP_PORT: '0',
    REKEY_CONCURRENCY: '3',
    FAULT_AT: 'effect:mint:2',
  });
  expect(read.fileSinkRoots).toEqual(['/run/a', resolve('b')]);
  expect(read.probeHosts).toEqual(['api.example.com', '127.0.0.1:7010', 'pay.internal:8443 private']);
  expect([read.http.port, read.concurrency, read.faultAt]).toEqual([0, 3, 'effect:mint:2']);
});

test.each([
  [{ REKEY_HTTP_PORT: '70000' }, 'REKEY_HTTP_PORT: expected a port from 0 to 65535; you wrote "70000".'],
  [{ SLACK_HTTP_PORT: '7.5' }, 'SLACK_HTTP_PORT: expected a port from 0 to 65535; you wrote "7.5".'],
  [{ REKEY_HTTP_PORT: 'http' }, 'REKEY_HTTP_PORT: expected a port from 0 to 65535; you wrote "http".'],
  [{ REKEY_CONCURRENCY: '0' }, 'REKEY_CONCURRENCY: expected a whole number from 1 to 100; you wrote "0".'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: expected trace, debug, info, warn, error or silent; you wrote "loud".'],
  [{ SLACK_MODE: 'sockets' }, 'SLACK_MODE: expected socket, http or off; you wrote "sockets".'],
  [
    { FAULT_AT: 'before:mint' },
    'FAULT_AT: expected started, effect or outcome, then :<step>; you wrote "before:mint".',
  ],
  [{ SLACK_API_URL: 'http://slack.example.com/api' }, 'http:// only on this machine, because the token goes there'],
  [{ SLACK_API_URL: 'ftp://127.0.0.1/' }, 'SLACK_API_URL: expected an https:// address'],
  [
    { REKEY_PROBE_HOSTS: 'https://api.example.com' },
    'REKEY_PROBE_HOSTS: "https://api.example.com" cannot stand in the list',
  ],
  [{ REKEY_PROBE_HOSTS: '169.254.169.254' }, 'REKEY_PROBE_HOSTS: "169.254.169.254" cannot stand in the list'],
  [{ REKEY_DATADIR: '/data' }, 'REKEY_DATADIR: there is no such variable; did you mean `REKEY_DATA_DIR`?'],
  [
    { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    'NODE_TLS_REJECT_UNAUTHORIZED: expected nothing: 0 switches certificate checks off',
  ],
])('%j is refused by what was expected and what came', (env, sentence) => {
  expect(refusalOf(env)).toContain(sentence);
});

test.each(['http://127.0.0.1:9/api/', 'http://localhost:9', 'http://[::1]:9', 'https://slack.example.com/api/'])(
  'Slack may be at %s',
  (SLACK_API_URL) => {
    expect(readConfig({ ...SOCKET, SLACK_API_URL }).slack?.apiUrl).toBe(SLACK_API_URL);
  },
);

test('says everything that is wrong at once', () => {
  const message = refusalOf({ REKEY_HTTP_PORT: 'x', LOG_LEVEL: 'y', SLACK_BOT_TOKEN: 'z', REKEY_DATADIR: 'd' });
  expect(message).toContain('The configuration has 4 problems:');
  for (const name of ['REKEY_HTTP_PORT', 'LOG_LEVEL', 'SLACK_BOT_TOKEN', 'REKEY_DATADIR'])
    expect(message).toContain(`  - ${name}: `);
});

test('never repeats what may be a secret', () => {
  const message = refusalOf({
    SLACK_BOT_TOKEN: 'canary-1',
    SLACK_APP_TOKEN: 'canary-2',
    SLACK_SIGNING_SECRET: 'canary-3',
    QUEUE_URL: 'amqp://user:canary-4@queue',
  });
  expect(message).toContain('The configuration has 4 problems:');
  expect(message).not.toContain('canary');
});

test.each(['redis://h:1', 'rediss://u:p@h', 'postgres://u:p@h/db', 'postgresql://h', 'REDIS://h'])(
  'the queue may be at %s',
  (QUEUE_URL) => {
    expect(readConfig({ QUEUE_URL }).queueUrl).toBe(QUEUE_URL);
  },
);

test('a secret may stand in a file instead', () => {
  const env = { ...SOCKET, SLACK_APP_TOKEN_FILE: aFile('xapp-from-file\n'), SLACK_APP_TOKEN: undefined };
  expect(readConfig(env).slack?.appToken?.reveal()).toBe('xapp-from-file');
  expect(readConfig({ QUEUE_URL_FILE: aFile('redis://:pw@h:1') }).queueUrl).toBe('redis://:pw@h:1');
});

test('a secret that is given twice, empty or unreadable is refused by the name of its variable', () => {
  const twice = { ...SOCKET, SLACK_APP_TOKEN_FILE: aFile('xapp-other') };
  expect(refusalOf(twice)).toContain('SLACK_APP_TOKEN_FILE: SLACK_APP_TOKEN is given as well; keep one of the two.');
  expect(refusalOf({ SLACK_BOT_TOKEN_FILE: aFile('\n') })).toMatch(/SLACK_BOT_TOKEN_FILE: the file .* is empty\./);
  expect(refusalOf({ SLACK_BOT_TOKEN_FILE: '/nowhere/token' })).toContain(
    'SLACK_BOT_TOKEN_FILE: cannot read it: ENOENT',
  );
});

test('.env.example names every variable and nothing else, and is itself a configuration that starts', () => {
  const lines = readFileSync('.env.example', 'utf8').split('\n');
  const example = Object.fromEntries(lines.flatMap((line) => (/^[A-Z_]+=/.test(line) ? [line.split('=', 2)] : [])));

  expect(Object.keys(example).sort()).toEqual([...VARIABLES].sort());
  expect(readConfig({ ...example, SLACK_MODE: 'off' })).toEqual(readConfig({}));
});
