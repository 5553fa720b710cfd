import { App, LogLevel, type types } from '@slack/bolt';
import { expect, vi } from 'vitest';
import type { SlackManifest } from '../../src/workspace/manifest.ts';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { Workspace, WorkspaceOptions } from '../../src/workspace/workspace.ts';

/** A small bot, real Bolt over Socket Mode, with one of everything a person meets on the page. */
export const MANIFEST: SlackManifest = {
  display_information: { name: 'Rekey' },
  features: {
    app_home: { home_tab_enabled: true },
    bot_user: { display_name: 'Rekey' },
    slash_commands: [
      { command: '/rotate-key', description: 'Replace a key', usage_hint: 'KEY leaked|planned because "why"' },
      { command: '/keys', description: 'See the keys the team depends on', usage_hint: 'list | show KEY' },
      { command: '/runbook', description: 'Run a runbook', usage_hint: 'list | run NAME' },
    ],
    shortcuts: [
      { type: 'global', name: 'Rotate a key', callback_id: 'rotate_key', description: 'Opens the form' },
      { type: 'message', name: 'Start a runbook', callback_id: 'start_runbook', description: 'From this' },
    ],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write', 'channels:read', 'users:read', 'im:write'] } },
  settings: {
    event_subscriptions: { bot_events: ['app_home_opened'] },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
};

export interface PageWorld {
  workspace: Workspace;
  app: App;
  stop(): Promise<void>;
}

export async function startPageWorld(overrides: Partial<WorkspaceOptions> = {}): Promise<PageWorld> {
  const workspace = await startWorkspace({
    port: 0,
    manifest: MANIFEST,
    appName: 'Rekey',
    botToken: 'xoxb-page-test',
    appToken: 'xapp-page-test',
    people: [
      { id: 'U0ALICE', name: 'alice', realName: 'Alice Archer', email: 'alice@example.com' },
      { id: 'U0BOB', name: 'bob', realName: 'Bob Baker', email: 'bob@example.com' },
      { id: 'U0CARA', name: 'cara', realName: 'Cara Chen', email: 'cara@example.com', standing: 'guest' },
    ],
    channels: [
      { id: 'C0OPS', name: 'ops', topic: 'Keys, incidents and what we do about them' },
      { id: 'C0SEC', name: 'security', topic: 'Only those who decide', members: ['U0ALICE', 'U0BOB'], isPrivate: true },
    ],
    panels: [{ id: 'traffic', title: 'Traffic' }],
    ...overrides,
  });
  const app = new App({
    token: 'xoxb-page-test',
    appToken: 'xapp-page-test',
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: workspace.apiUrl },
  });
  listenAs(app);
  await app.start();
  const stop = async () => {
    await app.stop();
    // stop() resolves before the connection is gone, and closing it from our side would be reported as an error.
    await vi.waitFor(() => expect(workspace.connections()).toBe(0), { timeout: 5_000 });
    await workspace.stop();
  };
  return { workspace, app, stop };
}

function listenAs(app: App): void {
  app.command('/rotate-key', async ({ ack, command, client }) => {
    await ack();
    if (command.text === '') return void (await client.views.open({ trigger_id: command.trigger_id, view: FORM }));
    await client.chat.postMessage({
      channel: command.channel_id,
      text: `Rotate ${command.text}`,
      blocks: card(command.text),
    });
  });
  app.command('/keys', async ({ ack }) => ack('No key expires *this week*.'));
  app.action('approve', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions' || !body.channel || !body.message) return;
    const { channel, message, user } = body;
    const decided = section(`:white_check_mark: Approved by <@${user.id}>`);
    await client.chat.update({ channel: channel.id, ts: message.ts, text: 'Approved', blocks: [decided] });
    await client.chat.postMessage({ channel: channel.id, thread_ts: message.ts, text: 'Old key *revoked*.' });
  });
  app.action('review', async ({ ack, body, client }) => {
    await ack();
    if (body.type === 'block_actions') await client.views.open({ trigger_id: body.trigger_id, view: FORM });
  });
  app.action('details', async ({ ack, body, client }) => {
    await ack();
    if (body.type === 'block_actions') await client.views.push({ trigger_id: body.trigger_id, view: DETAILS });
  });
  // Never acknowledged: the workspace gives up like Slack does.
  app.action('broken', async () => {});
  app.shortcut('rotate_key', async ({ ack, shortcut, client }) => {
    await ack();
    await client.views.open({ trigger_id: shortcut.trigger_id, view: FORM });
  });
  app.options('key', async ({ ack, options }) => {
    const found = ['stripe-prod', 'stripe-test', 'github-ci'].filter((slug) => slug.includes(options.value));
    await ack({ options: found.map((slug) => ({ text: plain(slug), value: slug })) });
  });
  app.view('rotate', async ({ ack, view, body, client }) => {
    const reason = view.state.values.reason?.text?.value ?? '';
    const key = view.state.values.key?.key?.selected_option?.value;
    if (reason.length < 10)
      return ack({ response_action: 'errors', errors: { reason: 'Say in a sentence what happened.' } });
    await ack();
    const text = `<@${body.user.id}> asked to rotate \`${key}\`: ${reason}`;
    return void (await client.chat.postMessage({ channel: 'C0OPS', text, blocks: card(key ?? 'nothing', text) }));
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: homeBlocks(event.user) } });
  });
}

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const section = (text: string): types.SectionBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });

function card(key: string, text = `*Rotate \`${key}\`* needs a second person`): types.KnownBlock[] {
  return [
    { type: 'header', text: plain('Approval needed') },
    section(text),
    {
      type: 'section',
      fields: [
        { type: 'mrkdwn', text: '*Callers, last 7 days*\n4 services' },
        { type: 'mrkdwn', text: `*Until*\n<!date^1795258800^{date_short_pretty} {time}|10:00 UTC>` },
      ],
    },
    {
      type: 'actions',
      elements: [
        { type: 'button', style: 'primary', action_id: 'review', text: plain('Review') },
        {
          type: 'button',
          style: 'danger',
          action_id: 'approve',
          value: 'opaque',
          text: plain('Approve now'),
          confirm: {
            title: plain('Revoke the old key?'),
            text: plain('Callers that still use it stop working.'),
            confirm: plain('Approve'),
            deny: plain('Not yet'),
            style: 'danger',
          },
        },
        { type: 'button', action_id: 'broken', text: plain('Do nothing') },
        {
          type: 'overflow',
          action_id: 'more',
          options: [
            { text: plain('Why?'), value: 'why' },
            { text: plain('Snooze'), value: 'snooze' },
          ],
        },
      ],
    },
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'Asked by <@U0ALICE> in <#C0OPS>' }] },
  ];
}

const FORM: types.ModalView = {
  type: 'modal',
  callback_id: 'rotate',
  title: plain('Rotate a key'),
  submit: plain('Ask for approval'),
  close: plain('Cancel'),
  blocks: [
    section('The old key keeps working until the new one is proven.'),
    {
      type: 'input',
      block_id: 'key',
      label: plain('Key'),
      element: {
        type: 'external_select',
        action_id: 'key',
        min_query_length: 2,
        placeholder: plain('Type a part of its name'),
      },
    },
    {
      type: 'input',
      block_id: 'situation',
      label: plain('Situation'),
      element: {
        type: 'radio_buttons',
        action_id: 'choice',
        initial_option: { text: plain('Planned'), value: 'planned' },
        options: [
          { text: plain('Leaked'), value: 'leaked', description: plain('Contained at once') },
          { text: plain('Planned'), value: 'planned' },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'reason',
      label: plain('What happened?'),
      hint: plain('It goes into the record as you write it.'),
      element: { type: 'plain_text_input', action_id: 'text', multiline: true },
    },
    { type: 'actions', elements: [{ type: 'button', action_id: 'details', text: plain('Show the plan') }] },
  ],
};

const DETAILS: types.ModalView = {
  type: 'modal',
  title: plain('The plan'),
  close: plain('Back'),
  blocks: [section('1. Contain\n2. Issue\n3. Deliver\n4. Prove\n5. Revoke')],
};

function homeBlocks(user: string): types.KnownBlock[] {
  return [
    { type: 'header', text: plain('Your keys') },
    section(`<@${user}>, two keys are yours.`),
    { type: 'divider' },
    {
      ...section('*stripe-prod* expires in 3 days'),
      accessory: { type: 'button', action_id: 'review', text: plain('Rotate') },
    },
  ];
}
