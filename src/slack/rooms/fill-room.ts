import type { WebClient } from '@slack/web-api';
import type { Outbox } from '../../ledger/outbox.ts';
import type { Log } from '../deps.ts';
import { failureOf } from '../web.ts';
import type { RoomWanted } from './load-room.ts';

/** What a task works with, and what of it was done before. */
export interface Filling {
  client: WebClient;
  outbox: Pick<Outbox, 'find'>;
  log: Log;
  wanted: RoomWanted;
  channel: string;
  done: readonly string[];
}

/** The card has not been posted yet, so nothing can lead to it. */
export class NotThereYet extends Error {
  override readonly name = 'NotThereYet';
}

// Of the channel itself, so the next person would meet the same.
const OF_CHANNEL: readonly string[] = [
  'is_archived',
  'channel_not_found',
  'not_in_channel',
  'missing_scope',
  'restricted_action',
];

/**
 * Invites whoever is not invited yet, one by one: Slack takes none of a list in which one cannot be. Somebody who leaves is not called back.
 * Returns who was seen to.
 */
export async function inviteMembers({ client, log, wanted, channel, done }: Filling): Promise<string[]> {
  const seen = new Set(done);
  for (const { person, slack } of wanted.members.filter((one) => !seen.has(one.person))) {
    try {
      await client.conversations.invite({ channel, users: slack });
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'refused' || OF_CHANNEL.includes(failure.error)) throw error;
      if (failure.error !== 'already_in_channel')
        log.warn(
          { person, channel, reason: failure.error },
          'somebody could not be invited to the channel of an incident',
        );
    }
    seen.add(person);
  }
  return [...seen];
}

/** Set as it is now; the same text is not set twice, because each change is a line in the channel. */
export async function setTopic({ client, wanted, channel, done }: Filling): Promise<string[]> {
  const { topic } = wanted;
  if (done[0] !== topic) await client.conversations.setTopic({ channel, topic });
  return [topic];
}

/** Links that are not there yet, looked up first: after a lost answer they may be. */
export async function addBookmarks({ client, outbox, wanted, channel }: Filling): Promise<string[]> {
  const card = await outbox.find('incident', wanted.incident.id);
  if (card?.ts == null) throw new NotThereYet('the card of the incident is not posted yet');
  const { permalink } = await client.chat.getPermalink({ channel: card.channel, message_ts: card.ts });
  const links = [...(permalink === undefined ? [] : [{ title: 'Incident card', link: permalink }]), ...wanted.pages];
  const { bookmarks = [] } = await client.bookmarks.list({ channel_id: channel });
  const there = new Set(bookmarks.map(({ link }) => link));
  for (const { title, link } of links)
    if (!there.has(link)) await client.bookmarks.add({ channel_id: channel, title, type: 'link', link });
  return links.map(({ link }) => link);
}
