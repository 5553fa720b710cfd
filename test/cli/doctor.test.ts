import { chmodSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { channels, people } from '../../src/demo/world.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { startWorkspace } from '../../src/workspace/start.ts';
import { freePort } from '../support/free-port.ts';
import { aSecretForEachHook } from '../support/http-world.ts';
import { aBot } from '../support/incident-bot.ts';
import { aMadeQueue } from '../support/incident-world.ts';
import { anInstallation, type Installation } from '../support/installation.ts';

const TOKENS = { bot: 'xoxb-canary-bot-0123456789', app: 'xapp-canary-app-0123456789' };
const HOOK_SECRET = 'canary-hook-secret-0123456789-0123456789';
// An embedded queue is made from nothing there.
const SLOW = { timeout: 90_000 };
const PARTS = [
  'configuration',
  'secret files',
  'key files',
  'ledger',
  'runbooks and policy',
  'hook secrets',
  'queue',
  'http port',
];

/** Everything there and right, down to a Slack that answers. */
async function aWhole(): Promise<Installation> {
  const at = anInstallation();
  await at.issue({});
  await aSecretForEachHook(at, HOOK_SECRET);
  const workspace = await startWorkspace({
    port: 0,
    manifest: slackManifest({ httpUrl: null }),
    people,
    channels,
    appName: 'Rekey',
    botToken: TOKENS.bot,
    appToken: TOKENS.app,
  });
  onTestFinished(() => workspace.stop());
  const lines = [
    `SLACK_BOT_TOKEN=${TOKENS.bot}`,
    `SLACK_APP_TOKEN=${TOKENS.app}`,
    `SLACK_API_URL=${workspace.apiUrl}`,
    `REKEY_HTTP_PORT=${await freePort()}`,
    `REKEY_DATA_DIR=${at.dataDir}`,
    `REKEY_RUNBOOKS_DIR=${at.runbooksDir}`,
  ];
  writeFileSync(join(at.folder, '.env'), lines.join('\n'), { mode: 0o600 });
  return at;
}

const marks = (out: string) =>
  new Map([...out.matchAll(/^([✓✗–]) (.{23}) /gmu)].map(([, mark, name]) => [name?.trim(), mark]));

test(
  'a whole installation is ready for an incident: 0, nothing is left behind, and no secret is shown',
  SLOW,
  async () => {
    const at = await aWhole();
    const { code, out, err } = await at.rekey(['doctor']);

    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/\nReady for an incident\.\n$/);
    expect([...new Set(marks(out).values())]).toEqual(['✓']);
    expect([...marks(out).keys()]).toEqual(
      expect.arrayContaining([...PARTS, 'slack scopes', 'slack app token', 'a click through']),
    );
    expect(out).not.toContain('canary');
    expect(readdirSync(at.temporary)).toEqual([]);
    expect(existsSync(join(at.dataDir, 'queue'))).toBe(false);
  },
);

test('never stops at the first: with everything broken it says everything, each with what to do: 1', async () => {
  const at = await aWhole();
  chmodSync(join(at.folder, '.env'), 0o644);
  rmSync(join(at.keysDir, 'pepper.key'));
  chmodSync(at.ledgerFile, 0o644);
  writeFileSync(join(at.runbooksDir, 'R-BROKEN.yaml'), 'runbook: [');
  chmodSync(join(at.keysDir, 'hooks', 'payments-api'), 0o644);
  const QUEUE_URL = `redis://:canary-queue@127.0.0.1:${await freePort()}`;
  const env = { QUEUE_URL, LOG_LEVEL: 'loud', REKEY_HTTP_HOST: '192.0.2.1', SLACK_BOT_TOKEN: 'xoxb-canary-other' };
  const { code, out, err } = await at.rekey(['doctor'], { env });

  expect([code, err]).toEqual([1, '']);
  const found = marks(out);
  for (const part of [...PARTS, 'slack bot token']) expect([part, found.get(part)]).toEqual([part, '✗']);
  expect(found.get('a click through')).toBe('✓');
  expect(out).toMatch(/\n9 problems to mend\.\n$/);
  for (const line of out.split('\n').filter((one) => one.startsWith('✗'))) expect(out).toContain(`${line}\n    `);
  expect(out).not.toContain('canary');
  expect(readdirSync(at.temporary)).toEqual([]);
});

test('--json prints one object and nothing else', async () => {
  const at = anInstallation();
  const env = { QUEUE_URL: `redis://127.0.0.1:${await freePort()}` };
  const { code, out, err } = await at.rekey(['doctor', '--json'], { env });
  const { ok, checks } = JSON.parse(out);
  expect([code, err, ok]).toEqual([1, '', false]);
  expect(checks.find((check: { name: string }) => check.name === 'hook secrets')).toEqual({
    name: 'hook secrets',
    state: 'problem',
    says: '0 of 3 hooks ready',
    todo: ['monitoring', 'payments-api', 'secret-scanner'].map((name) =>
      expect.stringMatching(new RegExp(`^${name}: has no secret\\. Type: `)),
    ),
  });
});

test('beside a Rekey that serves, it asks that one how it is, and disturbs nothing', SLOW, async () => {
  const at = await aWhole();
  using made = await aMadeQueue();
  cpSync(made.folder, join(at.dataDir, 'queue'), { recursive: true });
  const port = await freePort();
  const env = {
    ...at.env,
    REKEY_HTTP_PORT: String(port),
    REKEY_DATA_DIR: at.dataDir,
    REKEY_RUNBOOKS_DIR: at.runbooksDir,
  };
  const url = `http://127.0.0.1:${port}`;
  const bot = aBot({ env, url, logFile: join(at.folder, 'bot.log') });
  onTestFinished(async () => void (await bot.stop()));
  await bot.start();

  const { code, out } = await at.rekey(['doctor'], { env: { REKEY_HTTP_PORT: String(port) } });
  expect(code).toBe(0);
  expect(out).toContain(`✓ queue                   in use by the Rekey that serves here; ${url}/readyz says ready`);
  expect(out).toContain(`✓ http port               127.0.0.1:${port} is served by a running Rekey`);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});
