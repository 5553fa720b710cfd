import type { WebClient } from '@slack/web-api';
import type { Policy } from '../../domain/policy.ts';
import type { OutgoingMessage } from '../../ledger/outbox.ts';
import type { Place } from '../voice.ts';
import { failureOf } from '../web.ts';

/** A message that can never be delivered as it is addressed. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

/** Nobody has made the channel or invited Rekey yet; somebody still can. */
export class NoSuchChannel extends Error {
  override readonly name = 'NoSuchChannel';
}

const ID = /^[CDG][A-Z0-9]{2,}$/;
/** What a person asked for in Slack: `asked:<channel>:<first message of the thread>`. */
const ASKED = /^asked:([CDG][A-Z0-9]{2,}):([\d.]*)$/;
const PAGES = 20;

export type AddressBook = (message: Pick<OutgoingMessage, 'channel' | 'thread'>) => Promise<Place>;

/** Turns `person:carol`, `#incidents` or an id into a place with an id, which is what Slack wants for everything but a first post. */
export function openAddressBook(deps: {
  client: WebClient;
  policy: () => Promise<{ policy: Policy; hash: string }>;
}): AddressBook {
  const byName = new Map<string, string>();
  const channelNamed = async (name: string): Promise<string> => {
    const known = byName.get(name);
    if (known !== undefined) return known;
    for await (const [found, id] of channels(deps.client)) byName.set(found, id);
    const found = byName.get(name);
    if (found === undefined)
      throw new NoSuchChannel(`there is no channel #${name} that Rekey can see; make it or type /invite @rekey in it`);
    return found;
  };
  const directWith = async (person: string): Promise<string> => {
    const { policy } = await deps.policy();
    const user = policy.people[person]?.slack;
    if (user === undefined) throw new Undeliverable(`policy.yaml does not know ${person} any more`);
    const { channel } = await deps.client.conversations.open({ users: user });
    if (channel?.id === undefined) throw new Error('conversations.open answered without a channel');
    return channel.id;
  };
  const isMember = async (channel: string): Promise<boolean> => {
    if (channel.startsWith('D')) return true;
    try {
      return (await deps.client.conversations.info({ channel })).channel?.is_member === true;
    } catch (error) {
      if (failureOf(error).error === 'channel_not_found') return false;
      throw error;
    }
  };
  const team = async () => named((await deps.policy()).policy.team.incident_channel);
  const named = async (name: string) => (ID.test(name) ? name : channelNamed(name.replace(/^#/, '')));
  return async ({ channel, thread }) => {
    if (thread !== null) return { channel: thread.channel, thread: thread.ts };
    if (ID.test(channel)) return { channel, thread: null };
    if (channel.startsWith('person:'))
      return { channel: await directWith(channel.slice('person:'.length)), thread: null };
    const [, askedIn, askedUnder = ''] = ASKED.exec(channel) ?? [];
    // A slash command works where Rekey is no member; what it led to is shown to the team then.
    if (askedIn !== undefined && (await isMember(askedIn))) return { channel: askedIn, thread: askedUnder || null };
    return { channel: await (channel === 'team' || askedIn !== undefined ? team() : named(channel)), thread: null };
  };
}

async function* channels(client: WebClient): AsyncGenerator<[string, string]> {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const types = 'public_channel,private_channel';
    const answer = await client.conversations.list({
      types,
      exclude_archived: true,
      limit: 200,
      ...(cursor && { cursor }),
    });
    for (const { name, id } of answer.channels ?? []) if (name !== undefined && id !== undefined) yield [name, id];
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) return;
  }
}
