import { expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { checkSlack } from '../../src/slack/check.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { webClient } from '../../src/slack/web.ts';
import { aLog, aSlackPolicy, aSlackWorld, BOT_TOKEN } from './support.ts';
import { messagesWith, viewsWith } from './views/samples.ts';

const samples = [
  ...Object.entries(messagesWith('x'.repeat(300))).map(([name, message]) => ({ name, message })),
  ...Object.entries(viewsWith('x'.repeat(300))).map(([name, view]) => ({ name, view })),
];

async function checked(
  change: (policy: ReturnType<typeof aSlackPolicy>) => ReturnType<typeof aSlackPolicy>,
  options: Parameters<typeof aSlackWorld>[0] & { token?: string } = {},
) {
  const { workspace } = await aSlackWorld(options);
  const client = webClient(new Secret(options.token ?? BOT_TOKEN), { apiUrl: workspace.apiUrl, log: aLog().log });
  const checks = await checkSlack(client, { policy: change(aSlackPolicy(workspace.teamId)), samples });
  return { checks, wrong: checks.filter((check) => !check.ok), teamId: workspace.teamId };
}

const members = (policy: ReturnType<typeof aSlackPolicy>) => {
  const { gina: _guest, stan: _stranger, ...people } = policy.people;
  return { ...policy, people };
};

test('an app that is installed as its manifest says has nothing to mend, and Slack takes its largest views', async () => {
  const { checks, wrong } = await checked(members);
  expect(wrong).toEqual([]);
  expect(checks.map((check) => check.what)).toEqual(
    expect.arrayContaining([
      'bot token',
      'scopes',
      'workspace',
      'person alice',
      'incident channel',
      'view review',
      'view summary',
    ]),
  );
});

test('a missing scope is named, with what it is for', async () => {
  const manifest = slackManifest({ httpUrl: null });
  const bot = manifest.oauth_config.scopes.bot.filter((scope) => scope !== 'im:write');
  const { wrong } = await checked(members, {
    workspace: { manifest: { ...manifest, oauth_config: { scopes: { bot } } } },
  });
  expect(wrong).toEqual([
    { what: 'scopes', ok: false, detail: expect.stringContaining('im:write (opening direct messages') },
  ]);
});

test('people whom Slack does not know, guests, a foreign workspace and an uninvited bot are each named', async () => {
  const { wrong, teamId } = await checked((policy) => ({
    ...policy,
    people: { ...policy.people, nobody: { slack: 'U0NOBODY' } },
    team: { ...policy.team, slack_teams: ['T0WRONG'], incident_channel: 'C0OUTSIDE' },
  }));
  const told = wrong.map((check) => `${check.what}: ${check.detail}`).join('\n');
  for (const words of [
    'person nobody: U0NOBODY: Slack says user_not_found',
    'person gina: U0GINA is a guest',
    `add ${teamId} to policy.yaml`,
    '/invite @Rekey',
  ])
    expect(told).toContain(words);
});

test('a wrong token is one line, not twenty', async () => {
  const { checks } = await checked(members, { token: 'xoxb-2222-wrong' });
  expect(checks).toEqual([
    { what: 'bot token', ok: false, detail: expect.stringContaining('Slack says invalid_auth') },
  ]);
});
