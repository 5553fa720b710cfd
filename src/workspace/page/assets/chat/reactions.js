import { el } from '../dom.js';
import { emojiNamed } from '../text/emoji.js';

/** Reactions under a message; a press adds yours or takes it back. */
export function reactionRow(message, page) {
  if (message.reactions.length === 0) return null;
  const me = page.place.me();
  return el(
    'ul',
    { class: 'reactions', 'aria-label': 'Reactions' },
    message.reactions.map(({ name, people }) => el('li', {}, reaction(name, people))),
  );

  function reaction(name, people) {
    const who = people.map((id) => page.names.person(id) ?? id).join(', ');
    const face = emojiNamed(name) ?? `:${name}:`;
    const attributes = {
      class: 'reaction',
      type: 'button',
      'aria-pressed': String(people.includes(me)),
      // What is to be seen comes first, so that whoever speaks to their screen can say it.
      'aria-label': `${face} ${people.length} ${name.replaceAll('_', ' ')}: ${who}`,
      title: who,
      data: { control: `reaction-${message.ts}-${name}` },
      on: { click: () => react(message, name, page) },
    };
    return el('button', attributes, face, ' ', el('span', {}, String(people.length)));
  }
}

/** Adds the reaction, or takes it back. */
export function react(message, name, page) {
  return page.act('react', { channel: message.channel, ts: message.ts, name });
}
