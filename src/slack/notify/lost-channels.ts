import type { WebClient } from '@slack/web-api';
import type { SlackChannels } from '../../engine/alarms/slack-channels.ts';
import type { Log } from '../deps.ts';
import { failureOf } from '../web.ts';

/** The channels that Rekey should write to and cannot: told once, watched, and told again when they are back. */
export interface LostChannels {
  /** A whole clause: "#ops was archived". Null when the error says nothing about a channel. */
  clauseOf: (error: string, channel: string) => Promise<string | null>;
  lost: (channel: string, clause: string) => Promise<void>;
  /** Something was just shown there. */
  reached: (channel: string) => Promise<void>;
  /** Looks whether one of them is back. */
  probe: () => Promise<void>;
}

const CLAUSES: Readonly<Record<string, (name: string) => string>> = {
  is_archived: (name) => `${name} was archived`,
  is_inactive: (name) => `${name} was archived`,
  not_in_channel: (name) => `Rekey was taken out of ${name}`,
  channel_not_found: (name) => `Rekey does not see ${name} any more`,
};

export function openLostChannels(deps: { client: WebClient; channels: SlackChannels; log: Log }): LostChannels {
  const { client, channels, log } = deps;
  const known = new Set<string>();
  const loaded = channels.lostNow().then(
    (ids) => {
      for (const id of ids) known.add(id);
    },
    (error: unknown) => log.error({ err: error }, 'the lost channels could not be read'),
  );
  const nameOf = async (channel: string) => {
    const found = await client.conversations.info({ channel }).catch(() => null);
    return found?.channel?.name === undefined ? channel : `#${found.channel.name}`;
  };
  const reached = async (channel: string) => {
    await loaded;
    if (!known.delete(channel)) return;
    await channels.back(channel);
    log.info({ channel }, 'a channel in Slack can be written to again');
  };
  return {
    clauseOf: async (error, channel) => {
      const clause = Object.hasOwn(CLAUSES, error) ? CLAUSES[error] : undefined;
      return clause === undefined ? null : clause(await nameOf(channel));
    },
    lost: async (channel, clause) => {
      await loaded;
      if (known.has(channel)) return;
      await channels.lost(channel, clause);
      known.add(channel);
    },
    reached,
    probe: async () => {
      await loaded;
      for (const channel of [...known]) {
        const found = await client.conversations.info({ channel }).catch((error: unknown) => {
          if (failureOf(error).kind !== 'refused') throw error;
          return null;
        });
        if (found?.channel?.is_member === true && found.channel.is_archived !== true) await reached(channel);
      }
    },
  };
}
