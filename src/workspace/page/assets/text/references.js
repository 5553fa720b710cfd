import { el } from '../dom.js';
import { dateNode } from './dates.js';

/**
 * What stands between angle brackets in Slack's text: a person, a channel, everybody, a date, or a link.
 * @param {string} inside without the brackets
 * @param {import('../chat/names.js').Names} names
 */
export function referenceNode(inside, names) {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : unescaped(inside.slice(bar + 1));
  if (target.startsWith('@')) return mention(target.slice(1), names, label);
  if (target.startsWith('#')) return channelLink(target.slice(1), names, label);
  if (target.startsWith('!')) return special(target.slice(1), label);
  return linkNode(unescaped(target), label);
}

/** A person's name, marked when it is yours. */
export function mention(id, names, label = null) {
  const mine = id === names.me();
  return el('span', { class: mine ? 'mention mention-me' : 'mention' }, `@${names.person(id) ?? label ?? id}`);
}

/** A channel's name; the page opens the channel when it is followed. */
export function channelLink(id, names, label = null) {
  return el('a', { class: 'mention', href: `#${id}`, data: { channel: id } }, `#${names.channel(id) ?? label ?? id}`);
}

/** Only addresses a browser may safely open become links; `javascript:` and its like stay text. */
export function linkNode(address, label = null) {
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return document.createTextNode(label ?? `<${address}>`);
  const shown = label ?? address.replace(/^mailto:/i, '');
  return el('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, shown);
}

/** Slack escapes exactly three characters in text, and so only these three come back. */
export function unescaped(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function special(word, label) {
  if (word.startsWith('date^')) {
    const [, unix, format] = word.split('^');
    return dateNode(unix, unescaped(format ?? ''), label ?? '');
  }
  if (word.startsWith('subteam^')) return el('span', { class: 'mention' }, label ?? '@group');
  return el('span', { class: 'mention mention-me' }, `@${word.split('^')[0]}`);
}
