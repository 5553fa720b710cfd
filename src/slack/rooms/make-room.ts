import type { WebClient } from '@slack/web-api';
import { namesFrom } from '../../domain/incident-room.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { failureOf } from '../web.ts';
import type { RoomWanted } from './load-room.ts';

/** Everybody has used every name that would do. */
export class NoNameLeft extends Error {
  override readonly name = 'NoNameLeft';
}

const PAGES = 20;

interface Means {
  client: WebClient;
  ledger: Pick<LedgerReader, 'roomByChannel'>;
}

/**
 * Makes the channel, or finds the one that an earlier try has made: after a crash or a lost answer Slack says that the name is taken, and
 * by whom shows whether it is ours. A name that somebody else has is passed over for the next one.
 */
export async function makeRoom(
  { client, ledger }: Means,
  { room, incident }: RoomWanted,
): Promise<{ name: string; channel: string }> {
  for (const name of namesFrom(room.name)) {
    const made = await created(client, { name, is_private: room.isPrivate });
    if (made !== null) return { name, channel: made };
    const found = await ownChannel(client, name, room.isPrivate ? 'private_channel' : 'public_channel');
    // Of another incident: that one's people are in it.
    const known = found === null ? null : await ledger.roomByChannel(found);
    if (found !== null && (known === null || known.incident === incident.id)) return { name, channel: found };
  }
  throw new NoNameLeft(`every name like #${room.name} is taken`);
}

async function created(client: WebClient, wanted: { name: string; is_private: boolean }): Promise<string | null> {
  try {
    const { channel } = await client.conversations.create(wanted);
    if (channel?.id === undefined) throw new Error('conversations.create answered without a channel');
    return channel.id;
  } catch (error) {
    if (failureOf(error).error === 'name_taken') return null;
    throw error;
  }
}

/** A channel of this kind and name that Rekey itself has made and that is open. */
async function ownChannel(
  client: WebClient,
  name: string,
  types: 'public_channel' | 'private_channel',
): Promise<string | null> {
  const { user_id: self } = await client.auth.test();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const asked = { types, limit: 1_000, ...(cursor && { cursor }) };
    const answer = await client.conversations.list(asked);
    const found = answer.channels?.find((channel) => channel.name === name);
    if (found !== undefined)
      return found.id !== undefined && found.creator === self && found.is_archived !== true ? found.id : null;
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) return null;
  }
  return null;
}
