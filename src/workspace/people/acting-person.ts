import { homeOpenedEvent } from '../delivery/events.ts';
import type { Change } from '../state/changes.ts';
import type { Channel } from '../state/channels.ts';
import type { Message } from '../state/message.ts';
import type { View } from '../state/view.ts';
import type { ActingPerson, Outcome } from '../workspace.ts';
import { click } from './click.ts';
import { type Client, canSee, done, mustBeIn } from './client.ts';
import { runCommand } from './command.ts';
import { useShortcut } from './shortcut.ts';
import { close, submit } from './submit.ts';
import { suggest } from './suggest.ts';
import { encodeTyped } from './typed-text.ts';
import { waitFor } from './waiting.ts';

/** Somebody at their client. The page's endpoints and the tests both act through this. */
export function actingPerson(client: Client): ActingPerson {
  const { person, world } = client;
  const idOf = (view: View | string) => (typeof view === 'string' ? view : view.id);
  const seen = () => world.messages.all().filter((each) => canSee(each, client));
  const command: ActingPerson['command'] = (channel, typed, { threadTs } = {}) =>
    runCommand(client, { channel, typed, threadTs });
  return {
    id: person.id,
    command,
    click: (on, actionId, options = {}) => click(client, on, actionId, options),
    submit: (view, values = {}) => submit(client, idOf(view), values),
    close: (view, options = {}) => close(client, idOf(view), options),
    shortcut: (callbackId, on) => useShortcut(client, callbackId, on),
    options: (on, actionId, typed) => suggest(client, on, { actionId, typed }),
    say: async (channel, text, options = {}) =>
      text.startsWith('/') ? command(channel, text, options) : say(client, channel, text, options),
    react: async (message, name) => {
      mustBeIn(message.channel, client);
      world.messages.react(message, name, person.id);
      return done;
    },
    deleteMessage: async (message) => {
      mustBeIn(message.channel, client);
      world.messages.remove(message);
      return done;
    },
    archive: async (channel) => changed(client, channel, { isArchived: true }),
    unarchive: async (channel) => changed(client, channel, { isArchived: false }),
    removeApp: async (channel) => changed(client, channel, { hasApp: false }),
    inviteApp: async (channel) => changed(client, channel, { hasApp: true }),
    openHome: () => openHome(client),
    directMessage: () => world.channels.directWith(person.id).id,
    messages: (channel, { threadTs } = {}) => {
      const { id } = mustBeIn(channel, client);
      return seen().filter(
        (each) => each.channel === id && (threadTs === undefined || each.threadTs === threadTs || each.ts === threadTs),
      );
    },
    views: () => world.views.stackOf(person.id),
    home: () => world.views.homeOf(person.id),
    waitForMessage: (predicate, { timeoutMs } = {}) =>
      waitFor(world, (change) => (change ? changedMessage(change, client) : seen().reverse()).find(predicate), {
        timeoutMs,
        what: () => `a message; ${lastOf(seen())}`,
      }),
    waitForView: (predicate, { timeoutMs } = {}) =>
      waitFor(world, () => world.views.stackOf(person.id).reverse().find(predicate), {
        timeoutMs,
        what: () => `a view; open are: ${world.views.stackOf(person.id).map((each) => each.title)}`,
      }),
  };
}

function changed(client: Client, channelId: string, change: Partial<Pick<Channel, 'isArchived' | 'hasApp'>>): Outcome {
  client.world.channels.add({ ...mustBeIn(channelId, client), ...change });
  return done;
}

function say(client: Client, channelId: string, text: string, { threadTs }: { threadTs?: string }): Outcome {
  const { person, world } = client;
  const channel = mustBeIn(channelId, client);
  if (channel.isArchived) throw new Error(`#${channel.name} is archived.`);
  const message = { channel: channel.id, author: person.id, by: 'person', text: encodeTyped(text, world) } as const;
  world.messages.post({ ...message, ...(threadTs && { threadTs }) });
  return done;
}

/** Tells the app, and waits for the Home tab it publishes in answer; an app that leaves it as it was shows the old one. */
async function openHome(client: Client): Promise<View> {
  const { person, world, dispatcher } = client;
  if (!world.app.events.has('app_home_opened')) {
    throw new Error('The manifest does not subscribe to app_home_opened, so the app never learns that Home is open.');
  }
  const published = waitFor(
    world,
    (change) => (change?.type === 'home' && change.view.person === person.id ? change.view : undefined),
    { what: () => `the Home tab of ${person.name}` },
  );
  const [view] = await Promise.allSettled([published, dispatcher.deliverEvent(homeOpenedEvent(person.id, world))]);
  const shown = view.status === 'fulfilled' ? view.value : world.views.homeOf(person.id);
  if (!shown) throw new Error(`The app published no Home tab for ${person.name}.`);
  return shown;
}

/** Only what changed is looked at: a busy channel would otherwise be searched once for every message in it. */
function changedMessage(change: Change, client: Client): Message[] {
  if (!('message' in change) || change.type === 'deleted' || !canSee(change.message, client)) return [];
  return [change.message];
}

const lastOf = (messages: readonly Message[]): string =>
  `the last ones were: ${messages
    .slice(-3)
    .map((each) => JSON.stringify(each.text.slice(0, 200)))
    .join(', ')}`;
