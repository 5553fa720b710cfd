import { expect, test } from 'vitest';
import { IncidentId } from '../../src/domain/ids.ts';
import { Secret } from '../../src/secret.ts';
import { checkSlack, type Expected } from '../../src/slack/check.ts';
import { drawnSamples } from '../../src/slack/check-views.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { webClient } from '../../src/slack/web.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { anIncident } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aLog, aSlackPolicy, aSlackWorld, BOT_TOKEN, OPS } from './support.ts';
import { messagesWith, viewsWith } from './views/samples.ts';

const samples = [
  ...Object.entries(messagesWith('x'.repeat(300))).map(([name, message]) => ({ name, message })),
  ...Object.entries(viewsWith('x'.repeat(300))).map(([name, view]) => ({ name, view })),
];

async function checked(
  change: (policy: ReturnType<typeof aSlackPolicy>) => ReturnType<typeof aSlackPolicy>,
  options: Parameters<typeof aSlackWorld>[0] & {
    token?: string;
    expected?: Partial<Expected>;
    before?: (workspace: Workspace) => Promise<unknown>;
  } = {},
) {
  const { workspace } = await aSlackWorld(options);
  const client = webClient(new Secret(options.token ?? BOT_TOKEN), { apiUrl: workspace.apiUrl, log: aLog().log });
  await options.before?.(workspace);
  const policy = change(aSlackPolicy(workspace.teamId));
  const checks = await checkSlack(client, { policy, samples, channels: [], ...options.expected });
  return { checks, wrong: checks.filter((check) => !check.ok), teamId: workspace.teamId };
}

const members = (policy: ReturnType<typeof aSlackPolicy>) => {
  const { gina: _guest, stan: _stranger, ...people } = policy.people;
  return { ...policy, people, alerts: {} };
};

test('an app that is installed as its manifest says has nothing to mend, and Slack takes its largest views', async () => {
  const { checks, wrong } = await checked(members);
  expect(wrong).toEqual([]);
  expect(checks.map((check) => check.what)).toEqual(
    expect.arrayContaining([
      'bot token',
      'scopes',
      'workspace',
      'manifest',
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

test('a channel that is archived or gone is named, also where only an open incident or an alert needs it', async () => {
  const { wrong } = await checked(
    (policy) => ({ ...members(policy), alerts: { key_expiring_soon: { within_days: [7], channel: 'C0NOWHERE' } } }),
    {
      expected: { samples: [], channels: [OPS] },
      before: (workspace) => workspace.person('U0ALICE').archive(OPS),
    },
  );
  expect(wrong.map((check) => `${check.what}: ${check.detail}`)).toEqual([
    expect.stringContaining('channel C0NOWHERE: C0NOWHERE: Slack says channel_not_found'),
    expect.stringContaining(`channel ${OPS}: #ops (${OPS}) is archived`),
  ]);
});

test('a view that Slack does not take is named with the place in it', async () => {
  const block = { type: 'header' as const, text: { type: 'plain_text' as const, text: 'x'.repeat(151) } };
  const { wrong } = await checked(members, { expected: { samples: [{ name: 'run', message: { blocks: [block] } }] } });
  expect(wrong).toEqual([
    { what: 'view run', ok: false, detail: expect.stringMatching(/invalid_blocks: \/0\/text\/text .*151/) },
  ]);
});

test('what an installation shows is drawn anew from its ledger, the latest of each kind', async () => {
  const { deps, rekey, world } = await aSlackWorld();
  for (const id of ['inc-1', 'inc-2', 'inc-3']) {
    world.pass(1_000);
    const incident = anIncident({ id: IncidentId.parse(id) });
    const about = { at: world.now(), incident: incident.id, run: null };
    await recordEvents(rekey.ledger, [{ type: 'incident_opened', incident }], about);
  }
  const drawn = await drawnSamples(deps, deps.outbox, 2);
  expect(drawn.map((sample) => sample.name)).toEqual(['incident inc-3', 'incident inc-2']);
});
