import type { SlashCommand } from './commands/contract.ts';
import { commands } from './commands/index.ts';
import type { SlackShortcut } from './shortcuts/contract.ts';
import { shortcuts } from './shortcuts/index.ts';

/**
 * The parts of Slack's app manifest that Rekey sets; https://docs.slack.dev/reference/app-manifest
 * A type and no interface, so that whoever reads any manifest reads this one.
 */
export type SlackManifest = {
  display_information: { name: string; description: string; background_color: string };
  features: {
    app_home: { home_tab_enabled: boolean; messages_tab_enabled: boolean; messages_tab_read_only_enabled: boolean };
    bot_user: { display_name: string; always_online: boolean };
    slash_commands: {
      command: string;
      description: string;
      usage_hint: string;
      should_escape: boolean;
      url?: string;
    }[];
    shortcuts: { name: string; type: 'message'; callback_id: string; description: string }[];
  };
  oauth_config: { scopes: { bot: string[] } };
  settings: {
    event_subscriptions: { bot_events: string[]; request_url?: string };
    interactivity: { is_enabled: boolean; request_url?: string; message_menu_options_url?: string };
    org_deploy_enabled: boolean;
    socket_mode_enabled: boolean;
    /** One workspace, one token: rotation would need Slack's OAuth flow and a place for refresh tokens. */
    token_rotation_enabled: boolean;
  };
};

/** Why each scope is asked for; `rekey doctor` compares them with what was granted. */
export const SCOPES: Readonly<Record<string, string>> = {
  commands: 'slash commands',
  'chat:write': 'incident, approval and progress messages',
  'channels:read': 'is a channel shared with people outside?',
  'channels:history': 'looking for a message before it is posted a second time',
  'groups:read': 'the same for private channels',
  'groups:history': 'the same for private channels',
  'app_mentions:read': 'being asked in a thread, where Slack has no slash commands',
  'reactions:read': 'an emoji puts a message on the timeline of an incident',
  'channels:manage': 'a channel for a grave incident: making it, its topic, inviting people, archiving it',
  'groups:write': 'the same for an incident about a leaked key, whose channel is private',
  'bookmarks:write': 'links at the top of the channel of an incident',
  'files:write': 'the picture of the weekly digest, where Slack cannot draw it',
  'im:history': 'the same for direct messages',
  'im:write': 'opening direct messages for approvals and questions',
  'users:read': 'is this a full member or a guest?',
};

/** What Slack tells Rekey of by itself. */
export const EVENTS: readonly string[] = [
  'app_home_opened',
  'app_mention',
  'reaction_added',
  'reaction_removed',
  // Of these only changes of messages on a timeline are looked at, and nothing else is kept.
  'message.channels',
  'message.groups',
];

/** The app as the code needs it: Socket Mode, or signed HTTP to `httpUrl`. */
export function slackManifest({
  httpUrl,
  catalogue = commands,
  menu = shortcuts,
}: {
  httpUrl: string | null;
  catalogue?: readonly SlashCommand[];
  menu?: readonly SlackShortcut[];
}): SlackManifest {
  const url = httpUrl === null ? {} : { url: httpUrl };
  const requestUrl = httpUrl === null ? {} : { request_url: httpUrl };
  const menuUrl = httpUrl === null ? {} : { message_menu_options_url: httpUrl };
  return {
    display_information: {
      name: 'Rekey',
      description: 'Gets a team through an expired or leaked key.',
      background_color: '#1f2a44',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'Rekey', always_online: true },
      slash_commands: catalogue.map(({ command, description, usageHint }) => ({
        command,
        description,
        usage_hint: usageHint,
        should_escape: false,
        ...url,
      })),
      shortcuts: menu.map(({ shortcut, name, description }) => ({
        name,
        type: 'message',
        callback_id: shortcut,
        description,
      })),
    },
    oauth_config: { scopes: { bot: Object.keys(SCOPES) } },
    settings: {
      event_subscriptions: { bot_events: [...EVENTS], ...requestUrl },
      interactivity: { is_enabled: true, ...requestUrl, ...menuUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: httpUrl === null,
      token_rotation_enabled: false,
    },
  };
}
