import type { HomeView, ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { holdsSecret } from '../scrub.ts';
import { assertMessage, assertView, type Message } from './limits.ts';
import { failureOf } from './web.ts';

/** A payload that would have carried key material out. It is not sent in any form: a masked one would still tell where to look. */
export class SecretBlocked extends Error {
  override readonly name = 'SecretBlocked';
}

export interface Place {
  channel: string;
  thread: string | null;
}

/** Everything that Rekey says in Slack goes through here: within the limits, and never with a secret in it. */
export interface Voice {
  /** `mark` is kept as message metadata, so that the message can be found again. */
  post: (
    place: Place,
    message: Message,
    mark: { id: string; version: number },
  ) => Promise<{ channel: string; ts: string }>;
  update: (
    at: { channel: string; ts: string },
    message: Message,
    mark: { id: string; version: number },
  ) => Promise<void>;
  /** Only `user` sees it, and nobody can count on it staying. */
  whisper: (place: Place, user: string, message: Message) => Promise<void>;
  /** A direct message that is not kept in the outbox: an answer for which there is no other place. */
  tell: (user: string, message: Message) => Promise<void>;
  respond: (responseUrl: string, message: Message) => Promise<void>;
  /** False when the trigger is no longer good. */
  openModal: (trigger: string, view: ModalView) => Promise<boolean>;
  updateModal: (view: string, shown: ModalView) => Promise<void>;
  /** Where a message can be opened, or null when Slack does not say. */
  permalink: (at: { channel: string; ts: string }) => Promise<string | null>;
  publishHome: (user: string, view: HomeView) => Promise<void>;
}

export const MARK = 'rekey_message';
const RESPOND_TIMEOUT_MS = 5_000;

export function openVoice(client: WebClient): Voice {
  const words = (message: Message) => {
    assertMessage(message);
    return { ...unlisted(message), parse: 'none' as const, unfurl_links: false, unfurl_media: false };
  };
  const marked = ({ id, version }: { id: string; version: number }) => ({
    metadata: { event_type: MARK, event_payload: { id, version } },
  });
  const threaded = ({ channel, thread }: Place) => (thread === null ? { channel } : { channel, thread_ts: thread });
  return {
    post: async (place, message, mark) => {
      const { channel, ts } = await client.chat.postMessage({ ...threaded(place), ...words(message), ...marked(mark) });
      if (channel === undefined || ts === undefined)
        throw new Error('chat.postMessage answered without channel and ts');
      return { channel, ts };
    },
    update: async (at, message, mark) => {
      const { unfurl_links: _links, unfurl_media: _media, ...rest } = words(message);
      await client.chat.update({ ...at, ...rest, ...marked(mark) });
    },
    whisper: async (place, user, message) => {
      const { unfurl_links: _links, unfurl_media: _media, ...rest } = words(message);
      await client.chat.postEphemeral({ ...threaded(place), user, ...rest });
    },
    tell: async (user, message) => {
      const { channel } = await client.conversations.open({ users: user });
      if (channel?.id === undefined) throw new Error('conversations.open answered without a channel');
      await client.chat.postMessage({ channel: channel.id, ...words(message) });
    },
    respond: async (responseUrl, message) => {
      assertSlackUrl(responseUrl, client.slackApiUrl);
      assertMessage(message);
      const body = JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...unlisted(message) });
      const signal = AbortSignal.timeout(RESPOND_TIMEOUT_MS);
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(responseUrl, { method: 'POST', redirect: 'error', headers, body, signal });
      if (!answer.ok) throw new Error(`response_url answered ${answer.status}`);
    },
    openModal: async (trigger, view) => {
      try {
        await client.views.open({ trigger_id: trigger, view: checked(view) });
        return true;
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === 'refused' && failure.error.endsWith('trigger_id')) return false;
        throw error;
      }
    },
    updateModal: async (view, shown) => {
      await client.views.update({ view_id: view, view: checked(shown) });
    },
    permalink: async ({ channel, ts }) => {
      const found = await client.chat.getPermalink({ channel, message_ts: ts }).catch(() => null);
      return found?.permalink ?? null;
    },
    publishHome: async (user, view) => {
      await client.views.publish({ user_id: user, view: checked(view) });
    },
  };
}

/** A view that may leave: within the limits, without a secret. Also for views that go back in an acknowledgement. */
export function checked<View extends ModalView | HomeView>(view: View): View {
  assertView(view);
  return unlisted(view);
}

function unlisted<T>(payload: T): T {
  if (holdsSecret(payload))
    throw new SecretBlocked('The message would have contained key material, so it was not sent.');
  return payload;
}

// The address comes with a payload that Slack has signed; still nothing is posted to anywhere but Slack.
function assertSlackUrl(url: string, apiUrl: string): void {
  const { origin } = new URL(url);
  if (origin !== 'https://hooks.slack.com' && origin !== new URL(apiUrl).origin)
    throw new Error(`a response_url at ${origin} is not Slack's`);
}
