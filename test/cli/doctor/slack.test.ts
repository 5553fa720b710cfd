import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { slackChecks } from '../../../src/cli/doctor/slack.ts';
import { readConfig } from '../../../src/config.ts';
import { channels, people } from '../../../src/demo/world.ts';
import { slackManifest } from '../../../src/slack/manifest.ts';
import { startWorkspace } from '../../../src/workspace/start.ts';
import type { WorkspaceOptions } from '../../../src/workspace/workspace.ts';
import { freePort } from '../../support/free-port.ts';
import { anInstallation } from '../../support/installation.ts';

const TOKENS = { SLACK_BOT_TOKEN: 'xoxb-canary-bot-0123456789', SLACK_APP_TOKEN: 'xapp-canary-app-0123456789' };

async function checksWith(
  options: Partial<WorkspaceOptions> = {},
  env: Record<string, string> = {},
  policy = (text: string) => text,
) {
  const workspace = await startWorkspace({
    port: 0,
    manifest: slackManifest({ httpUrl: null }),
    people,
    channels,
    appName: 'Rekey',
    botToken: TOKENS.SLACK_BOT_TOKEN,
    appToken: TOKENS.SLACK_APP_TOKEN,
    ...options,
  });
  onTestFinished(() => workspace.stop());
  const { runbooksDir } = anInstallation();
  const file = join(runbooksDir, 'policy.yaml');
  writeFileSync(file, policy(readFileSync(file, 'utf8')));
  const checks = await slackChecks(
    readConfig({ ...TOKENS, SLACK_API_URL: workspace.apiUrl, REKEY_RUNBOOKS_DIR: runbooksDir, ...env }),
  );
  expect(JSON.stringify(checks)).not.toContain('canary');
  const wrong = checks.filter((check) => check.state === 'problem');
  return { checks, wrong: wrong.map((check) => `${check.name}: ${check.todo.join(' ')}`), workspace };
}

test('a whole app is right in every part, and nothing was posted', async () => {
  const { checks, wrong, workspace } = await checksWith();
  expect(wrong).toEqual([]);
  expect(checks.map((check) => check.name)).toEqual(
    expect.arrayContaining([
      'slack bot token',
      'slack scopes',
      'slack person alice',
      'slack incident channel',
      'slack app token',
    ]),
  );
  expect(workspace.person('U0ALICE').messages('C0INCIDENTS')).toEqual([]);
});

test('without tokens Slack is off, and that is said', async () => {
  expect(await slackChecks(readConfig({}))).toMatchObject([{ state: 'skipped', says: expect.stringContaining('off') }]);
});

test('a scope that was not granted is found, with what it is for', async () => {
  const manifest = slackManifest({ httpUrl: null });
  const granted = manifest.oauth_config.scopes.bot.filter((scope) => scope !== 'im:write');
  const { wrong } = await checksWith({ manifest: { ...manifest, oauth_config: { scopes: { bot: granted } } } });
  expect(wrong).toEqual([expect.stringMatching(/^slack scopes: missing: im:write \(.*install the app again\.$/)]);
});

test.each<[string, Partial<WorkspaceOptions>, Record<string, string>, (text: string) => string, RegExp]>([
  [
    'a wrong bot token',
    {},
    { SLACK_BOT_TOKEN: 'xoxb-canary-other-0123456789' },
    (text) => text,
    /^slack bot token: Slack says invalid_auth\. Check SLACK_BOT_TOKEN/,
  ],
  [
    'a wrong app token',
    {},
    { SLACK_APP_TOKEN: 'xapp-canary-other-0123456789' },
    (text) => text,
    /^slack app token: It needs connections:write/,
  ],
  [
    'another workspace',
    {},
    {},
    (text) => text.replace('[T0LOCAL01]', '[T0OTHER]'),
    /^slack workspace: add T0LOCAL01 to policy\.yaml/,
  ],
  [
    'a person who is not there',
    {},
    {},
    (text) => text.replace('U0DAVE', 'U0NOBODY'),
    /^slack person dave: U0NOBODY: Slack says user_not_found/,
  ],
  [
    'a channel that is not there',
    {},
    {},
    (text) => text.replace('C0INCIDENTS', 'C0NOWHERE'),
    /^slack incident channel: C0NOWHERE: Slack says channel_not_found/,
  ],
  [
    'a channel without Rekey in it',
    { channels: [{ id: 'C0INCIDENTS', name: 'incidents', app: 'outside' }] },
    {},
    (text) => text,
    /^slack incident channel: Rekey is not in C0INCIDENTS\. Type there: \/invite @Rekey/,
  ],
  [
    'a channel that is shared with others',
    { channels: [{ id: 'C0INCIDENTS', name: 'incidents', isShared: true }] },
    {},
    (text) => text,
    /^slack incident channel: #incidents is shared with people outside/,
  ],
])('%s is found, with what to do', async (_, options, env, policy, todo) => {
  const { wrong } = await checksWith(options, env, policy);
  expect(wrong).toEqual([expect.stringMatching(todo)]);
});

test('a Slack that is away is found', async () => {
  const SLACK_API_URL = `http://127.0.0.1:${await freePort()}/api/`;
  const { wrong } = await checksWith({}, { SLACK_API_URL });
  expect(wrong).toContainEqual(expect.stringMatching(/^slack bot token: /));
});
