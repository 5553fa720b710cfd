import type { WebClient } from '@slack/web-api';
import type { Policy } from '../domain/policy.ts';
import { checkViews, type Sample } from './check-views.ts';
import { EVENTS, SCOPES, slackManifest } from './manifest.ts';
import { failureOf } from './web.ts';

export interface Check {
  what: string;
  ok: boolean;
  /** What was found, and what to do when it is not right. */
  detail: string;
}

export interface Expected {
  policy: Policy;
  /** Besides those of the policy: where incidents that are open are told of. */
  channels: readonly string[];
  samples: readonly Sample[];
}

/** What `doctor` asks the installed app: token, scopes, people, channels, and every view. Nothing is posted. */
export async function checkSlack(client: WebClient, { policy, channels, samples }: Expected): Promise<Check[]> {
  const token = await checkToken(client, policy);
  // Without a token nothing else can be asked.
  if (token[0]?.ok !== true) return token;
  return [
    ...token,
    ...(await Promise.all(
      Object.entries(policy.people).map(([name, person]) => checkPerson(client, name, person.slack)),
    )),
    toCompare(),
    await checkChannel(client, 'incident channel', policy.team.incident_channel),
    ...(await Promise.all(
      otherChannels(policy, channels).map((channel) => checkChannel(client, `channel ${channel}`, channel)),
    )),
    ...(await checkViews(client, samples)),
  ];
}

async function checkToken(client: WebClient, policy: Policy): Promise<Check[]> {
  try {
    const answer = await client.auth.test();
    const granted = answer.response_metadata?.scopes ?? [];
    const missing = Object.keys(SCOPES).filter((scope) => !granted.includes(scope));
    const team = answer.team_id ?? '';
    const allowed = policy.team.slack_teams.includes(team);
    return [
      { what: 'bot token', ok: true, detail: `${answer.user ?? 'bot'} in ${answer.team ?? 'the workspace'} (${team})` },
      {
        what: 'scopes',
        ok: missing.length === 0,
        detail:
          missing.length === 0
            ? `all ${Object.keys(SCOPES).length} granted`
            : `missing: ${missing.map((scope) => `${scope} (${SCOPES[scope]})`).join(', ')}. Add them under OAuth & Permissions and install the app again.`,
      },
      {
        what: 'workspace',
        ok: allowed,
        detail: allowed
          ? `${team} is in policy.yaml`
          : `add ${team} to policy.yaml under team.slack_teams, or everybody is refused`,
      },
    ];
  } catch (error) {
    const { error: code } = failureOf(error);
    return [
      {
        what: 'bot token',
        ok: false,
        detail: `Slack says ${code}. Check SLACK_BOT_TOKEN and that the app is installed.`,
      },
    ];
  }
}

async function checkPerson(client: WebClient, name: string, user: string): Promise<Check> {
  const what = `person ${name}`;
  try {
    const { user: found } = await client.users.info({ user });
    const wrong = found?.deleted
      ? 'is deactivated'
      : found?.is_restricted || found?.is_ultra_restricted
        ? 'is a guest, and guests are refused'
        : null;
    return {
      what,
      ok: wrong === null,
      detail:
        wrong === null
          ? `${user} is ${found?.real_name ?? found?.name ?? 'there'}`
          : `${user} ${wrong}; mend policy.yaml`,
    };
  } catch (error) {
    return {
      what,
      ok: false,
      detail: `${user}: Slack says ${failureOf(error).error}. Copy the member id from the person's Slack profile into policy.yaml.`,
    };
  }
}

function otherChannels({ team, alerts }: Policy, more: readonly string[]): string[] {
  const named = [...Object.values(alerts).flatMap((alert) => alert?.channel ?? []), ...more];
  return [...new Set(named)].filter((channel) => channel !== team.incident_channel);
}

/** Slack shows what an app listens to only to whoever owns the app, so this is for a person's eyes. */
function toCompare(): Check {
  const { features } = slackManifest({ httpUrl: null });
  const commands = features.slash_commands.map(({ command }) => command).join(' ');
  const menu = features.shortcuts.map(({ callback_id: id }) => id).join(' ') || 'none';
  const detail = `the installed app needs the commands ${commands}, the message shortcuts ${menu} and the events ${EVENTS.join(' ')}; \`npm run manifest\` prints all of it`;
  return { what: 'manifest', ok: true, detail };
}

async function checkChannel(client: WebClient, what: string, channel: string): Promise<Check> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    if (found?.is_archived === true)
      return {
        what,
        ok: false,
        detail: `#${found.name} (${channel}) is archived; take it out of the archive, or name another one in policy.yaml`,
      };
    if (found?.is_member !== true)
      return { what, ok: false, detail: `Rekey is not in ${channel}. Type there: /invite @Rekey` };
    const shared = found.is_ext_shared === true;
    return {
      what,
      ok: !shared,
      detail: shared
        ? `#${found.name} is shared with people outside; name another one in policy.yaml`
        : `#${found.name}, Rekey is a member`,
    };
  } catch (error) {
    const { error: code } = failureOf(error);
    return {
      what,
      ok: false,
      detail: `${channel}: Slack says ${code}. policy.yaml wants the channel's id (at the end of its "About" box), and Rekey has to be invited.`,
    };
  }
}
