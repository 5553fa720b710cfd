import type { Dispatcher } from '../delivery/dispatcher.ts';
import type { Ack } from '../delivery/transport.ts';
import { SLACKBOT } from '../state/identity.ts';
import type { Message } from '../state/message.ts';
import type { Person } from '../state/people.ts';
import type { Outcome } from '../workspace.ts';
import type { World } from '../world.ts';

/** One person's Slack client: who acts, in which world, and the way to the app. */
export interface Client {
  person: Person;
  world: World;
  dispatcher: Dispatcher;
}

export const done: Outcome = { ok: true };

export function refused(error: string, shown: string, fields?: Record<string, string>): Outcome {
  return { ok: false, error, shown, ...(fields && { fields }) };
}

/** What Slack writes under a button or a modal when the app does not answer. */
export function trouble(ack: Extract<Ack, { kind: 'failed' }>): Outcome {
  const shown =
    ack.error === 'operation_timeout'
      ? 'Operation timed out. Apps need to respond within 3 seconds.'
      : 'This app is not responding. Try again later.';
  return refused(ack.error, shown);
}

export const notInteractive = {
  ok: false,
  error: 'interactivity_disabled',
  shown: 'This app is not configured to handle interactive responses.',
} satisfies Outcome;

/** Slack itself speaks to one person, visible to nobody else. */
export function slackbotSays({ person, world }: Client, channel: string, text: string, threadTs?: string): void {
  world.messages.post({
    channel,
    author: SLACKBOT,
    by: 'slack',
    text,
    visibleTo: person.id,
    ...(threadTs && { threadTs }),
  });
}

export function canSee(message: Message, { person, world }: Client): boolean {
  const isMember = world.channels.find(message.channel)?.members.includes(person.id) ?? false;
  return isMember && (message.visibleTo === undefined || message.visibleTo === person.id);
}

/** Throws a sentence when this person could not be there. */
export function mustBeIn(channelId: string, { person, world }: Client) {
  const channel = world.channels.find(channelId) ?? world.channels.named(channelId);
  if (!channel) throw new Error(`There is no channel ${channelId} in this workspace.`);
  if (!channel.members.includes(person.id)) throw new Error(`${person.name} is not in #${channel.name}.`);
  return channel;
}
