import { el } from '../dom.js';
import { withEmoji } from './emoji.js';
import { linkNode } from './references.js';

/** Ordinary Markdown, for the `markdown` block: headings, lists, quotes, fences, rules and paragraphs. */
export function markdownNodes(text) {
  return blocksOf(text, 0);
}

// A quote in a quote is read again without its marks; thousands of them would otherwise use up the stack.
const DEEPEST_QUOTE = 5;
const QUOTE = /^>\s?/;

const KINDS = [
  [/^```/, takeFence],
  [/^\s*$/, drop],
  [/^(?:-{3,}|\*{3,}|_{3,})\s*$/, takeRule],
  [/^#{1,6}\s/, takeHeading],
  [QUOTE, takeQuote],
  [/^\s*[-*+]\s+/, (lines) => takeList(lines, 'ul', /^\s*[-*+]\s+/)],
  [/^\s*\d+[.)]\s+/, (lines) => takeList(lines, 'ol', /^\s*\d+[.)]\s+/)],
];

function blocksOf(text, depth) {
  const lines = text.split('\n');
  const made = [];
  while (lines.length > 0) made.push(takeBlock(lines, depth));
  return made.filter((node) => node !== null);
}

function takeBlock(lines, depth) {
  const kind = KINDS.find(([start]) => start.test(lines[0]));
  return kind ? kind[1](lines, depth) : takeParagraph(lines);
}

function takeQuote(lines, depth) {
  const inside = takeWhile(lines, QUOTE).join('\n');
  return el('blockquote', {}, depth < DEEPEST_QUOTE ? blocksOf(inside, depth + 1) : inside);
}

function takeFence(lines) {
  drop(lines);
  const end = lines.findIndex((line) => line.startsWith('```'));
  const code = lines.splice(0, end < 0 ? lines.length : end);
  drop(lines);
  return el('pre', { tabindex: '0' }, el('code', {}, code.join('\n')));
}

function takeRule(lines) {
  drop(lines);
  return el('hr');
}

function takeHeading(lines) {
  // Every heading of a message is on the same level, right below the channel's name.
  return el('h2', { class: 'markdown-heading' }, inline(lines.shift().replace(/^#+\s*/, '')));
}

function takeList(lines, tag, marker) {
  return el(
    tag,
    {},
    takeWhile(lines, marker).map((line) => el('li', {}, inline(line))),
  );
}

function takeParagraph(lines) {
  const taken = [];
  do taken.push(lines.shift());
  while (lines.length > 0 && !KINDS.some(([start]) => start.test(lines[0])));
  return el(
    'p',
    {},
    taken.map((line, index) => [index > 0 && el('br'), inline(line)]),
  );
}

function takeWhile(lines, marker) {
  const taken = [];
  while (lines.length > 0 && marker.test(lines[0])) taken.push(lines.shift().replace(marker, ''));
  return taken;
}

function drop(lines) {
  lines.shift();
  return null;
}

const PIECES =
  /`(?<code>[^`]+)`|\[(?<label>[^\][]+)\]\((?<href>[^\s()]+)\)|\*\*(?<bold>[^*]+)\*\*|~~(?<struck>[^~]+)~~|(?<![\p{L}\p{N}])(?<mark>[*_])(?<italic>[^*_\s][^*_]*)\k<mark>(?![\p{L}\p{N}])/gu;

function inline(line) {
  const made = [];
  let from = 0;
  for (const match of line.matchAll(PIECES)) {
    made.push(withEmoji(line.slice(from, match.index)), piece(match.groups));
    from = match.index + match[0].length;
  }
  return [...made, withEmoji(line.slice(from))].filter((part) => part !== '');
}

function piece({ code, label, href, bold, struck, italic }) {
  if (code !== undefined) return el('code', {}, code);
  if (label !== undefined) return linkNode(href, label);
  if (bold !== undefined) return el('strong', {}, inline(bold));
  if (struck !== undefined) return el('s', {}, inline(struck));
  return el('em', {}, inline(italic));
}
