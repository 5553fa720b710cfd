import { App, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach } from 'vitest';
import type { SlackManifest } from '../../src/workspace/manifest.ts';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { WireEntry } from '../../src/workspace/wire-log.ts';
import type { Workspace, WorkspaceOptions } from '../../src/workspace/workspace.ts';

export const BOT_TOKEN = 'xoxb-test-bot-token';
export const APP_TOKEN = 'xapp-test-app-token';
const NOON = Date.UTC(2026, 10, 21, 12, 0, 0);

const SCOPES = [
  'commands',
  'chat:write',
  'channels:read',
  'channels:history',
  'groups:read',
  'im:read',
  'im:write',
  'im:history',
  'users:read',
  'users:read.email',
  'reactions:read',
  'reactions:write',
  'files:write',
  'app_mentions:read',
];

export function aManifest(
  overrides: { scopes?: string[]; socketMode?: boolean; events?: string[] } = {},
): SlackManifest {
  return {
    display_information: { name: 'Rekey' },
    features: {
      app_home: { home_tab_enabled: true },
      bot_user: { display_name: 'rekey' },
      slash_commands: [
        { command: '/rotate-key', description: 'Rotate a key', usage_hint: '[key]' },
        { command: '/escaped', description: 'Gets mentions as ids', should_escape: true },
      ],
      shortcuts: [
        { type: 'global', name: 'New incident', callback_id: 'new_incident', description: 'Opens an incident' },
        { type: 'message', name: 'Start runbook', callback_id: 'start_runbook', description: 'From this message' },
      ],
    },
    oauth_config: { scopes: { bot: overrides.scopes ?? SCOPES } },
    settings: {
      socket_mode_enabled: overrides.socketMode ?? true,
      interactivity: { is_enabled: true },
      event_subscriptions: {
        bot_events: overrides.events ?? [
          'app_home_opened',
          'app_mention',
          'message.channels',
          'message.im',
          'reaction_added',
        ],
      },
    },
  };
}

export function options(overrides: Partial<WorkspaceOptions> = {}): WorkspaceOptions {
  return {
    port: 0,
    manifest: aManifest(),
    people: [
      { id: 'U0ALICE', name: 'alice', realName: 'Alice Adams', email: 'alice@example.com' },
      { id: 'U0BOB', name: 'bob', realName: 'Bob Brown', email: 'bob@example.com' },
    ],
    channels: [
      { id: 'C0OPS', name: 'ops', topic: 'Operations' },
      { id: 'C0ALONE', name: 'alone', app: 'outside' },
      { id: 'C0SECRET', name: 'secret', isPrivate: true, members: ['U0ALICE'] },
    ],
    appName: 'rekey',
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    ...overrides,
  };
}

const cleanups: (() => Promise<unknown>)[] = [];

/** Undone after the test, in reverse order: apps before the workspace they are connected to. */
export function afterwards(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function aWorkspace(overrides: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const workspace = await startWorkspace(options(overrides));
  afterwards(() => workspace.stop());
  return workspace;
}

/** A clock that only the test moves. */
export function aClock(start = NOON): { now: () => number; advance(ms: number): void } {
  let at = start;
  return {
    now: () => at,
    advance(ms) {
      at += ms;
    },
  };
}

/** Slack's own client, without retries, so that a test sees the first answer. */
export function aClient(workspace: Workspace, token = BOT_TOKEN): WebClient {
  return new WebClient(token, {
    slackApiUrl: workspace.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  });
}

/** What the app asked of the Web API, oldest first. */
export const callsOf = (workspace: Workspace): WireEntry[] =>
  workspace.wire.list().filter((entry) => entry.direction === 'from_app');

/** The error code Slack answered with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await dataOf(call)).error;
}

export async function dataOf(call: Promise<unknown>): Promise<{ error: string; [field: string]: unknown }> {
  try {
    await call;
  } catch (error) {
    return (error as { data: { error: string } }).data ?? { error: String(error) };
  }
  return { error: 'none: the call succeeded' };
}

const nothing = () => undefined;
export const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
};

/** The unmodified Bolt 5 over Socket Mode, connected. */
export async function aBot(workspace: Workspace, register: (app: App) => void, sockets = 1): Promise<App> {
  const receivers = Array.from({ length: sockets }, () => aReceiver(workspace));
  const [first, ...others] = receivers;
  const app = new App({
    token: BOT_TOKEN,
    receiver: first as SocketModeReceiver,
    deferInitialization: true,
    clientOptions: { slackApiUrl: workspace.apiUrl },
    logger: silent,
  });
  register(app);
  await app.init();
  for (const receiver of others) receiver.init(app);
  await Promise.all(receivers.map((each) => each.start()));
  afterwards(() => Promise.all(receivers.map((each) => each.stop())));
  return app;
}

function aReceiver(workspace: Workspace): SocketModeReceiver {
  return new SocketModeReceiver({
    appToken: APP_TOKEN,
    logger: silent,
    installerOptions: { clientOptions: { slackApiUrl: workspace.apiUrl } },
  });
}
