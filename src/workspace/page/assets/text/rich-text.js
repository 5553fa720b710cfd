import { el } from '../dom.js';
import { dateNode } from './dates.js';
import { emojiNamed } from './emoji.js';
import { channelLink, linkNode, mention } from './references.js';

/** A `rich_text` block: structure instead of markup, so nothing a person typed can be mistaken for a mention or a link. */
export function richTextNodes(block, names) {
  return listsTogether(block.elements).map((part) => CONTAINERS[part.type]?.(part, names) ?? unknown(part));
}

const CONTAINERS = {
  rich_text_section: (part, names) => el('p', {}, lines(part.elements, names)),
  rich_text_quote: (part, names) => el('blockquote', {}, lines(part.elements, names)),
  rich_text_preformatted: (part, names) => el('pre', { tabindex: '0' }, el('code', {}, lines(part.elements, names))),
  lists: (part, names) => part.lists.map((list) => listNode(list, names)),
};

const PIECES = {
  text: (piece) => piece.text,
  link: (piece) => linkNode(piece.url, piece.text ?? null),
  user: (piece, names) => mention(piece.user_id, names),
  channel: (piece, names) => channelLink(piece.channel_id, names),
  usergroup: () => el('span', { class: 'mention' }, '@group'),
  broadcast: (piece) => el('span', { class: 'mention mention-me' }, `@${piece.range}`),
  emoji: (piece) => emojiNamed(piece.name) ?? `:${piece.name}:`,
  date: (piece) => dateNode(piece.timestamp, piece.format, piece.fallback ?? ''),
  color: (piece) => el('code', {}, piece.value),
};

function lines(elements, names) {
  return elements.map((piece) => styled(PIECES[piece.type]?.(piece, names) ?? unknown(piece), piece.style));
}

function styled(node, style = {}) {
  const tags = [style.code && 'code', style.strike && 's', style.italic && 'em', style.bold && 'strong'];
  return tags.filter(Boolean).reduce((inner, tag) => el(tag, {}, inner), node);
}

function listNode({ style, offset, indent, elements }, names) {
  const ordered = style === 'ordered';
  const items = elements.map((section) => el('li', {}, lines(section.elements, names)));
  const attributes = { class: `indent-${Math.min(indent ?? 0, 8)}`, start: ordered && offset ? offset + 1 : null };
  return el(ordered ? 'ol' : 'ul', attributes, items);
}

// Slack writes a nested list as several lists in a row; they are kept in one group so that they sit closely together.
function listsTogether(elements) {
  const parts = [];
  for (const element of elements) {
    if (element.type !== 'rich_text_list') parts.push(element);
    else if (parts.at(-1)?.type === 'lists') parts.at(-1).lists.push(element);
    else parts.push({ type: 'lists', lists: [element] });
  }
  return parts;
}

function unknown(part) {
  return `[${part.type}]`;
}
