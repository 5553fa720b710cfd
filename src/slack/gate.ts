import type { WebClient } from '@slack/web-api';
import type { PersonId } from '../domain/ids.ts';
import { type Policy, personBySlack } from '../domain/policy.ts';
import { Refusal } from '../errors.ts';
import type { From } from './incoming.ts';
import { openInquiry, SlackAway } from './slack-away.ts';
import { failureOf } from './web.ts';

/**
 * How old an answer of Slack's may be. Whatever can decide something is asked `afresh`, so that an account that was deactivated a second ago
 * decides nothing any more; only while Slack itself is away does an answer of the last minute stand in, because an emergency does not wait
 * for users.info. What only reads (a menu, App Home) goes by what is `remembered`.
 */
export type Need = 'afresh' | 'remembered';

const AGES: Readonly<Record<Need, { goodForMs: number; whileAwayMs: number }>> = {
  afresh: { goodForMs: 0, whileAwayMs: 60_000 },
  remembered: { goodForMs: 5 * 60_000, whileAwayMs: 5 * 60_000 },
};
const MOST_REMEMBERED = 5_000;

export interface Gate {
  /**
   * The person behind a verified payload; a Refusal for everybody who is not a full member of an allowed workspace and in policy.yaml.
   * SlackAway when Slack does not say: that is neither a yes nor a no, and worth asking again.
   */
  admit: (from: From, channel: string | null, need: Need) => Promise<PersonId>;
}

/** Slack's signature says that Slack sent it; this says whether Rekey listens to who and where it comes from. Unknown is no. */
export function openGate(deps: {
  client: WebClient;
  policy: () => Promise<{ policy: Policy; hash: string }>;
  now: () => Date;
}): Gate {
  const ask = openInquiry(deps.now);
  const standings = remembering(deps.now, (user: string) => ask(() => standingOf(deps.client, user)));
  const shared = remembering(deps.now, (channel: string) => ask(() => isShared(deps.client, channel)));
  return {
    admit: async (from, channel, need) => {
      const { policy } = await deps.policy();
      assertTeam(policy, from);
      const person = personBySlack(policy, from.user);
      assertMember(await standings(from.user, need), policy);
      // Direct messages are not shared with anybody; their ids begin with D.
      if (channel !== null && !channel.startsWith('D') && (await shared(channel, 'remembered')))
        throw new Refusal(
          'shared_channel',
          'This channel is shared with people outside, or Rekey cannot see whether it is. Use the incident channel or a direct message to Rekey.',
        );
      return person;
    },
  };
}

/** Every workspace that the payload names has to be allowed; an organisation's id counts where there is no workspace's. */
export function assertTeam(policy: Policy, from: Pick<From, 'teams' | 'enterprise'>): void {
  const allowed = policy.team.slack_teams;
  const named = from.teams.length > 0 ? from.teams : from.enterprise === null ? [] : [from.enterprise];
  const orgIsAllowed = from.enterprise !== null && allowed.includes(from.enterprise);
  if (named.length > 0 && named.every((team) => allowed.includes(team) || orgIsAllowed)) return;
  throw new Refusal(
    'other_team',
    'Rekey does not listen to this workspace. The security team can add its id to policy.yaml under `team.slack_teams`.',
  );
}

interface Standing {
  team: string | null;
  reason: string | null;
}

function assertMember({ reason, team }: Standing, policy: Policy): void {
  const foreign = team !== null && !team.startsWith('E') && !policy.team.slack_teams.includes(team);
  const why = reason ?? (foreign ? 'an account of another workspace' : null);
  if (why === null) return;
  throw new Refusal('not_a_member', `Rekey takes orders from full members of this workspace only; yours is ${why}.`);
}

async function standingOf(client: WebClient, user: string): Promise<Standing> {
  const found = await client.users.info({ user }).catch((error: unknown) => {
    if (failureOf(error).error === 'user_not_found') return { user: undefined };
    throw error;
  });
  const account = found.user;
  if (account === undefined) return { team: null, reason: 'an account that Slack does not know' };
  const reasons: [boolean | undefined, string][] = [
    [account.is_ultra_restricted, 'a single-channel guest account'],
    [account.is_restricted, 'a guest account'],
    [account.is_stranger, 'an account of another workspace'],
    [account.deleted, 'a deactivated account'],
    [account.is_bot, 'a bot account'],
  ];
  return { team: account.team_id ?? null, reason: reasons.find(([is]) => is === true)?.[1] ?? null };
}

async function isShared(client: WebClient, channel: string): Promise<boolean> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    return found === undefined || found.is_ext_shared === true || found.is_pending_ext_shared === true;
  } catch (error) {
    // A private channel without Rekey in it: who reads along there is not known.
    if (failureOf(error).error === 'channel_not_found') return true;
    throw error;
  }
}

/** Failures are not remembered, so that they heal with the next try. */
function remembering<T>(now: () => Date, ask: (id: string) => Promise<T>): (id: string, need: Need) => Promise<T> {
  const known = new Map<string, { answer: T; at: number }>();
  const keep = (id: string, answered: { answer: T; at: number }) => {
    known.delete(id);
    known.set(id, answered);
    const [oldest] = known.keys();
    if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
  };
  return async (id, need) => {
    const found = known.get(id);
    const at = now().getTime();
    const isYoungerThan = (ms: number) => found !== undefined && at - found.at < ms;
    if (found !== undefined && isYoungerThan(AGES[need].goodForMs)) return found.answer;
    try {
      const answer = await ask(id);
      keep(id, { answer, at });
      return answer;
    } catch (error) {
      if (found !== undefined && error instanceof SlackAway && isYoungerThan(AGES[need].whileAwayMs))
        return found.answer;
      throw error;
    }
  };
}
