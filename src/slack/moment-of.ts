import type { PersonId } from '../domain/ids.ts';
import { showTo } from './answers.ts';
import type { DoorDeps } from './handle.ts';
import type { Incoming, Live, Received } from './incoming.ts';
import type { MessageRef } from './message-ref.ts';
import type { Moment } from './moment.ts';
import { openedAt, type PressedAt } from './pressed-at.ts';
import { formOffer } from './views/form-offer.ts';

interface Admitted {
  person: PersonId;
  received: Received<Incoming>;
  on: MessageRef | null;
  /** An answer could not be shown. */
  unshown: (error: unknown) => void;
}

/** The moment of a person who was let in. */
export function momentOf({ voice }: Pick<DoorDeps, 'voice'>, { person, received, on, unshown }: Admitted): Moment {
  const { id, incoming, live, words = id } = received;
  const { trigger } = live;
  const place = placeOf(incoming, live);
  // Slack does not say with a reaction in which thread the message is.
  const thread = on?.thread ?? place.thread;
  const at = place.channel === null ? null : { channel: place.channel, thread };
  const shown: Moment['show'] = (message) => showTo(voice, { ...place, thread }, message);
  return {
    person,
    channel: place.channel,
    thread,
    code: live.code ?? null,
    origin: { actor: `person:${person}`, channel: 'slack', dedupe: { source: 'slack', id } },
    show: (message) => shown(message).catch(unshown),
    filled: live.filled ?? null,
    updateModal: async (view) => {
      if (!live.modal) return false;
      await voice.updateModal(live.modal, openedAt(view, at));
      return true;
    },
    permalink: (at) => voice.permalink(at),
    openModal: async (view) => {
      if (trigger !== null && (await voice.openModal(trigger, openedAt(view, at)))) return true;
      // A message with a button is still there to be pressed again; words have nothing that could bring a trigger.
      if (incoming.kind === 'action' || incoming.kind === 'submission') return false;
      // Nothing has been changed so far, so that this could not be shown is as good as a request that failed.
      await shown(formOffer(view.title.text, words));
      return true;
    },
  };
}

/** Where an answer goes. */
export function placeOf(incoming: Incoming, { responseUrl, openedAt: opened = null }: Live) {
  return { from: incoming.from, responseUrl, ...whereOf(incoming, opened) };
}

function whereOf(incoming: Incoming, opened: PressedAt | null): { channel: string | null; thread: string | null } {
  switch (incoming.kind) {
    case 'command':
      return { channel: incoming.channel, thread: null };
    case 'action':
      return incoming.channel === null && opened !== null
        ? opened
        : { channel: incoming.channel, thread: incoming.thread };
    case 'mention':
      return { channel: incoming.channel, thread: incoming.thread };
    case 'shortcut':
    case 'reaction':
      return { channel: incoming.on.channel, thread: incoming.on.thread };
    case 'submission':
      return incoming.openedAt ?? NOWHERE;
    default:
      return incoming satisfies never;
  }
}

const NOWHERE = { channel: null, thread: null };
