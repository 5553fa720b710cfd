import { el } from '../dom.js';
import { withEmoji } from './emoji.js';
import { inlineNodes } from './inline.js';
import { unescaped } from './references.js';

/** Slack's own markup (`*bold*`, `<@U1>`, quotes, fences, `•` lists) as nodes. */
export function mrkdwnNodes(text, names) {
  return text.split(/```\n?/).flatMap((part, index) => {
    // Odd parts stood between two fences; a last fence that was never closed is ordinary text.
    const fenced = index % 2 === 1 && text.split('```').length > index + 1;
    if (fenced) return [el('pre', { tabindex: '0' }, el('code', {}, unescaped(part.replace(/\n$/, ''))))];
    return part === '' ? [] : lineGroups(part).map((group) => group.make(group.lines, names));
  });
}

/** A Block Kit text object: `plain_text` keeps every character, `mrkdwn` is marked up. */
export function textNodes(text, names) {
  if (!text) return [];
  if (text.type === 'mrkdwn') return mrkdwnNodes(text.text, names);
  return [document.createTextNode(plainText(text))];
}

/** The words of a text object where no markup may stand: buttons, labels, titles. */
export function plainText(text) {
  if (!text) return '';
  return text.emoji === false ? text.text : withEmoji(text.text);
}

const BULLET = /^\s*[•◦▪]\s+/;
const QUOTE = /^(?:&gt;|>)\s?/;

function lineGroups(part) {
  const groups = [];
  for (const line of part.replace(/^\n|\n$/g, '').split('\n')) {
    const make = makerOf(line);
    const last = groups.at(-1);
    if (last?.make === make) last.lines.push(line);
    else groups.push({ make, lines: [line] });
  }
  return groups;
}

function makerOf(line) {
  if (QUOTE.test(line)) return quote;
  return BULLET.test(line) ? list : paragraph;
}

function quote(lines, names) {
  return el(
    'blockquote',
    {},
    withBreaks(
      lines.map((line) => line.replace(QUOTE, '')),
      names,
    ),
  );
}

function list(lines, names) {
  return el(
    'ul',
    {},
    lines.map((line) => el('li', {}, inlineNodes(line.replace(BULLET, ''), names))),
  );
}

function paragraph(lines, names) {
  return el('p', {}, withBreaks(lines, names));
}

function withBreaks(lines, names) {
  return lines.map((line, index) => [index > 0 && el('br'), inlineNodes(line, names)]);
}
