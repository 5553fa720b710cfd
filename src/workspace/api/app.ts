import { z } from 'zod';
import { detailsOf, problemsOfBlocks, problemsOfView } from '../blocks/validate.ts';
import { isJson } from '../json.ts';
import { SlackError } from '../slack-error.ts';
import { type Method, method, structure } from './method.ts';

const nothing = z.object({});

const apiTest = method({
  name: 'api.test',
  token: 'none',
  tier: 4,
  args: z.looseObject({ error: z.string().optional() }),
  run({ error, ...args }) {
    if (error) throw new SlackError(error, { args: { error, ...args } });
    return { args };
  },
});

const authTest = method({
  name: 'auth.test',
  tier: 'special',
  args: nothing,
  run(_, { identity, app, url }) {
    return {
      url: `${url()}/`,
      team: identity.teamName,
      user: identity.botName,
      team_id: identity.teamId,
      user_id: identity.botUserId,
      bot_id: identity.botId,
      app_id: identity.appId,
      app_name: app.name,
      is_enterprise_install: false,
    };
  },
});

const botsInfo = method({
  name: 'bots.info',
  scopes: ['users:read'],
  args: z.object({ bot: z.string().optional() }),
  run({ bot }, { identity, app }) {
    if (bot !== undefined && bot !== identity.botId) throw new SlackError('bot_not_found');
    const { botId, appId, botUserId } = identity;
    return {
      bot: {
        id: botId,
        app_id: appId,
        user_id: botUserId,
        name: app.displayName,
        deleted: false,
        updated: 0,
        icons: {},
      },
    };
  },
});

const teamInfo = method({
  name: 'team.info',
  scopes: ['team:read'],
  args: nothing,
  run(_, { identity, url }) {
    return {
      team: { id: identity.teamId, name: identity.teamName, domain: identity.teamDomain, url: `${url()}/`, icon: {} },
    };
  },
});

/** The url holds a ticket that opens one socket. */
const openConnection = method({
  name: 'apps.connections.open',
  token: 'app',
  args: nothing,
  run(_, { identity, tickets, url }) {
    const base = url().replace(/^http/, 'ws');
    return { url: `${base}/link/?ticket=${tickets.issue()}&app_id=${identity.appId}` };
  },
});

const validateBlocks = method({
  name: 'blocks.validate',
  args: z.object({ blocks: structure.optional(), message: structure.optional(), view: structure.optional() }),
  run({ blocks, message, view }) {
    const given = [blocks, message, view].filter((each) => each !== undefined);
    if (given.length !== 1) {
      const sentence = 'must provide exactly one of `blocks`, `view`, or `message`';
      throw new SlackError('invalid_arguments', { response_metadata: { messages: [sentence] } });
    }
    if (blocks !== undefined) refuseOn('invalid_blocks', problemsOfBlocks(blocks, ''));
    if (message !== undefined)
      refuseOn('invalid_message', problemsOfBlocks(isJson(message) ? message.blocks : message));
    if (view !== undefined) refuseOn('invalid_view', problemsOfView(view, ''));
    return {};
  },
});

export const appMethods: Method[] = [apiTest, authTest, botsInfo, teamInfo, openConnection, validateBlocks];

function refuseOn(code: string, problems: Parameters<typeof detailsOf>[0]): void {
  if (problems.length > 0) throw new SlackError(code, { errors: detailsOf(problems) });
}
