import { z } from 'zod';

/** The parts of an app manifest that decide what an installed app may do and gets to see. */
export const SlackManifest = z.looseObject({
  display_information: z.looseObject({ name: z.string().min(1).max(35) }),
  features: z
    .looseObject({
      app_home: z.looseObject({ home_tab_enabled: z.boolean().optional() }).optional(),
      bot_user: z.looseObject({ display_name: z.string().max(80) }).optional(),
      slash_commands: z
        .array(
          z.looseObject({
            command: z
              .string()
              .regex(/^\/\S+$/, 'must start with a slash and hold no blank')
              .max(32),
            description: z.string().max(2000),
            usage_hint: z.string().max(1000).optional(),
            should_escape: z.boolean().optional(),
          }),
        )
        .max(50)
        .optional(),
      shortcuts: z
        .array(
          z.looseObject({
            type: z.enum(['global', 'message']),
            name: z.string().max(24),
            callback_id: z.string().max(255),
            description: z.string().max(150),
          }),
        )
        .max(10)
        .optional(),
    })
    .optional(),
  oauth_config: z
    .looseObject({ scopes: z.looseObject({ bot: z.array(z.string()).max(255).optional() }).optional() })
    .optional(),
  settings: z
    .looseObject({
      event_subscriptions: z.looseObject({ bot_events: z.array(z.string()).max(100).optional() }).optional(),
      interactivity: z.looseObject({ is_enabled: z.boolean() }).optional(),
      socket_mode_enabled: z.boolean().optional(),
    })
    .optional(),
});
export type SlackManifest = z.input<typeof SlackManifest>;

interface SlashCommand {
  command: string;
  description: string;
  usageHint: string;
  shouldEscape: boolean;
}

interface Shortcut {
  type: 'global' | 'message';
  name: string;
  callbackId: string;
  description: string;
}

export interface InstalledApp {
  name: string;
  displayName: string;
  scopes: ReadonlySet<string>;
  commands: SlashCommand[];
  shortcuts: Shortcut[];
  events: ReadonlySet<string>;
  interactive: boolean;
  socketMode: boolean;
  homeTab: boolean;
}

/** Slack does not install an app that asks for an event without the scope it reads with. */
const SCOPE_OF_EVENT: Record<string, string> = {
  app_mention: 'app_mentions:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
  reaction_added: 'reactions:read',
  reaction_removed: 'reactions:read',
};

/** Throws one sentence that names every problem. */
export function readManifest(manifest: SlackManifest): InstalledApp {
  const parsed = SlackManifest.safeParse(manifest);
  if (!parsed.success) throw new Error(`The app manifest is not one Slack accepts: ${z.prettifyError(parsed.error)}`);
  const { display_information, features, oauth_config, settings } = parsed.data;
  const app: InstalledApp = {
    name: display_information.name,
    displayName: features?.bot_user?.display_name ?? display_information.name,
    scopes: new Set(oauth_config?.scopes?.bot ?? []),
    commands: (features?.slash_commands ?? []).map((each) => ({
      command: each.command,
      description: each.description,
      usageHint: each.usage_hint ?? '',
      shouldEscape: each.should_escape ?? false,
    })),
    shortcuts: (features?.shortcuts ?? []).map((each) => ({
      type: each.type,
      name: each.name,
      callbackId: each.callback_id,
      description: each.description,
    })),
    events: new Set(settings?.event_subscriptions?.bot_events ?? []),
    interactive: settings?.interactivity?.is_enabled ?? false,
    socketMode: settings?.socket_mode_enabled ?? false,
    homeTab: features?.app_home?.home_tab_enabled ?? false,
  };
  assertScopes(app);
  return app;
}

function assertScopes(app: InstalledApp): void {
  const missing = [...app.events].flatMap((event) => {
    const scope = SCOPE_OF_EVENT[event];
    return scope && !app.scopes.has(scope) ? [`${event} needs ${scope}`] : [];
  });
  if (app.commands.length > 0 && !app.scopes.has('commands')) missing.push('slash commands need commands');
  if (missing.length > 0) throw new Error(`The app manifest lacks bot scopes: ${missing.join(', ')}.`);
}
