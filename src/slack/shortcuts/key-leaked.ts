import { type Key, nameOf } from '../../domain/key.ts';
import { openOrAskAgain } from '../actions/open-or-ask-again.ts';
import { keyOrNull } from '../commands/key-named.ts';
import { displayNames } from '../load/names.ts';
import type { MessageRef } from '../message-ref.ts';
import type { Desk, Moment } from '../moment.ts';
import { isReadable } from '../readable.ts';
import { leakedModal } from '../views/declare-modal.ts';
import type { SlackShortcut } from './contract.ts';

export const keyLeakedShortcut: SlackShortcut = {
  shortcut: 'key_leaked',
  name: 'A key leaked here',
  description: 'Starts the replacement of the key that this message gives away. Its text is kept nowhere.',
  run: async (on, moment, desk) => {
    const { channel, ts } = on;
    const link = await moment.permalink({ channel, ts });
    const found = await desk.incidents.compareLeak({ ...moment.origin, material: on.material });
    const suggested = await suggestedBy(on, found.named, { moment, desk });
    const name = await displayNames(desk);
    const { heldSecret } = on;
    const told = { others: found.others.map(name), tooOften: found.tooOften };
    const view = leakedModal({ suggested, heldSecret, ...told, from: { channel, ts }, link });
    await openOrAskAgain(view, moment, 'A key leaked here');
  },
};

const MOST_WORDS = 60;
const MOST_SUGGESTED = 5;

/** The keys that the message gives away or names, of those that this person may know of. */
async function suggestedBy(
  on: MessageRef,
  inIt: readonly Key[],
  { moment, desk }: { moment: Moment; desk: Desk },
): Promise<{ slug: string; why: string }[]> {
  const found = new Map(inIt.map((key) => [key.slug, `${nameOf(key)} itself is in it`]));
  for (const word of wordsOf(on.text)) {
    const key = found.size < MOST_SUGGESTED ? await keyOrNull(word, desk) : null;
    if (key !== null && !found.has(key.slug) && (await isReadable({ key: key.id }, moment, desk)))
      found.set(key.slug, `named as ${word}`);
  }
  return [...found].map(([slug, why]) => ({ slug, why }));
}

/** Names, ids, fingerprints and the public beginnings of keys. */
function wordsOf(text: string): string[] {
  const words = text.match(/[A-Za-z0-9][A-Za-z0-9._-]{3,80}/g) ?? [];
  const tidy = words.map((word) => word.replace(/[._-]+$/, ''));
  return [...new Set(tidy)].slice(0, MOST_WORDS);
}
