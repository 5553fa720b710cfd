import type { HomeView, ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Policy } from '../domain/policy.ts';
import type { Message } from './limits.ts';
import { SCOPES } from './manifest.ts';
import { failureOf } from './web.ts';

export interface Check {
  what: string;
  ok: boolean;
  /** What was found, and what to do when it is not right. */
  detail: string;
}

/** What `doctor` asks the installed app: token, scopes, people, incident channel, and every view. Nothing is posted. */
export async function checkSlack(
  client: WebClient,
  { policy, samples }: { policy: Policy; samples: readonly Sample[] },
): Promise<Check[]> {
  const token = await checkToken(client, policy);
  // Without a token nothing else can be asked.
  if (token[0]?.ok !== true) return token;
  return [
    ...token,
    ...(await Promise.all(
      Object.entries(policy.people).map(([name, person]) => checkPerson(client, name, person.slack)),
    )),
    await checkChannel(client, policy.team.incident_channel),
    ...(await checkViews(client, samples)),
  ];
}

/** A message or view as large as it gets, under the name of its surface. */
export type Sample = { name: string } & ({ message: Message } | { view: ModalView | HomeView });

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

async function checkChannel(client: WebClient, channel: string): Promise<Check> {
  const what = 'incident channel';
  try {
    const { channel: found } = await client.conversations.info({ channel });
    if (found?.is_member !== true)
      return { what, ok: false, detail: `Rekey is not in ${channel}. Type there: /invite @Rekey` };
    if (found.is_archived === true)
      return { what, ok: false, detail: `${channel} is archived; name another one in policy.yaml` };
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

async function checkViews(client: WebClient, samples: readonly Sample[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const sample of samples) {
    const what = `view ${sample.name}`;
    try {
      const given = 'view' in sample ? { view: sample.view } : { blocks: sample.message.blocks };
      // Not among the client's own methods yet.
      await client.apiCall('blocks.validate', given);
      checks.push({ what, ok: true, detail: 'Slack takes it' });
    } catch (error) {
      const { error: code } = failureOf(error);
      if (code === 'unknown_method')
        return [{ what: 'views', ok: true, detail: 'this Slack has no blocks.validate; not checked' }];
      checks.push({ what, ok: false, detail: `Slack says ${code}; this is a defect of Rekey, please report it` });
    }
  }
  return checks;
}
