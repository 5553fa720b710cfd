import type { OutgoingMessage } from '../../ledger/outbox.ts';
import { context, line } from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import type { NotifierDeps } from '../notify.ts';
import { type Drawn, surfaces } from '../surfaces.ts';
import type { Place } from '../voice.ts';
import type { AddressBook } from './address.ts';
import { findSent } from './find-sent.ts';
import { openIllustrator } from './illustrate.ts';
import type { Verdict } from './verdict.ts';

export interface Publisher {
  /** Shows it, and says in which channel; null when there is nothing to show. */
  message: (message: OutgoingMessage) => Promise<string | null>;
  /** What a failure teaches about the next try. */
  learn: (message: OutgoingMessage, verdict: Verdict) => Verdict;
  /** The channel that was tried last. */
  placeOf: (message: OutgoingMessage) => string;
}

/** Draws one message from the ledger as it is now, and posts or rewrites it. */
export function openPublisher(
  { outbox, sources, client, voice, log }: Pick<NotifierDeps, 'outbox' | 'sources' | 'client' | 'voice' | 'log'>,
  addressOf: AddressBook,
): Publisher {
  const tried = new Map<string, string>();
  const surelyNotPosted = new Set<string>();
  const posting = new Set<string>();
  const onlyText = new Set<string>();
  const illustrator = openIllustrator({ client, log });

  const drawn = async (message: OutgoingMessage): Promise<Drawn | null> => {
    const shown = await surfaces[message.surface](sources, message.subject);
    if (shown === null) return null;
    const { movedBecause: because } = message;
    if (!onlyText.has(message.id))
      return { ...shown, message: explained(await illustrator.illustrated(message.id, shown.message), because) };
    const words = line('This message could not be drawn in full; `rekey` on the command line shows everything.');
    return { ...shown, message: explained({ text: shown.message.text, blocks: [words] }, because) };
  };
  const posted = async (message: OutgoingMessage, place: Place) =>
    message.sending && !surelyNotPosted.has(message.id) ? findSent(client, place, message.id) : null;

  const without = async (message: OutgoingMessage) => {
    await outbox.giveUp(message, 'its subject is not in the ledger');
    return null;
  };

  return {
    learn: ({ id }, given) => {
      const verdict = illustrator.learn(id, given);
      // Only the answer to a post tells of it: when the look-up before it was throttled, an earlier post may still be there.
      if (posting.delete(id) && verdict.surelyNotPosted) surelyNotPosted.add(id);
      if (verdict.next.do === 'only_text') onlyText.add(id);
      return verdict;
    },
    placeOf: ({ id, channel }) => tried.get(id) ?? channel,
    message: async (message) => {
      const { id, ts, version } = message;
      tried.delete(id);
      if (ts !== null) {
        const { channel } = message;
        const shown = await drawn(message);
        if (shown === null) return without(message);
        await voice.update({ channel, ts }, shown.message, { id, version });
        await outbox.sent(message, { channel, ts, version, redrawAt: shown.redrawAt });
        return channel;
      }
      const place = await addressOf(message);
      tried.set(id, place.channel);
      const before = await posted(message, place);
      if (before !== null) {
        // What it showed is not known, so it is drawn once more.
        await outbox.sent(message, { ...before, redrawAt: sources.now() });
        return before.channel;
      }
      const shown = await drawn(message);
      if (shown === null) return without(message);
      await outbox.begin(message);
      surelyNotPosted.delete(id);
      posting.add(id);
      const at = await voice.post(place, shown.message, { id, version });
      posting.delete(id);
      await outbox.sent(message, { ...at, version, redrawAt: shown.redrawAt });
      tried.delete(id);
      return at.channel;
    },
  };
}

/** With a last line that says why it stands here, where there is room for one. */
function explained(message: Message, because: string | null): Message {
  if (because === null || message.blocks.length >= LIMITS.messageBlocks) return message;
  return { ...message, blocks: [...message.blocks, context(because)] };
}
