import { el } from '../dom.js';
import { withEmoji } from './emoji.js';
import { linkNode, referenceNode, unescaped } from './references.js';

// One alternative for each thing that can stand in a line. The alternatives inside a styled run never match the same character in
// two ways, so a hostile line costs no more than its length.
const PIECES =
  /`(?<code>[^`\n]+)`|<(?<inside>[^<>\n]+)>|(?<![\p{L}\p{N}])(?<mark>[*_~])(?=\S)(?<styled>(?:<[^<>\n]*>|`[^`\n]*`|(?!\k<mark>)[^<`\n])+)\k<mark>(?![\p{L}\p{N}])|(?<url>https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"])/gu;

const STYLES = { '*': 'strong', _: 'em', '~': 's' };

/** One line of Slack's mrkdwn as nodes. */
export function inlineNodes(line, names) {
  const made = [];
  let from = 0;
  for (const match of line.matchAll(PIECES)) {
    if (match.index > from) made.push(plain(line.slice(from, match.index)));
    made.push(piece(match, names));
    from = match.index + match[0].length;
  }
  if (from < line.length) made.push(plain(line.slice(from)));
  return made;
}

function piece(match, names) {
  const { code, inside, mark, styled, url } = match.groups;
  if (code !== undefined) return el('code', {}, unescaped(code));
  if (inside !== undefined) return referenceNode(inside, names);
  if (url !== undefined) return linkNode(unescaped(url));
  if (/\s$/.test(styled)) return plain(match[0]);
  return el(STYLES[mark], {}, inlineNodes(styled, names));
}

function plain(text) {
  return document.createTextNode(withEmoji(unescaped(text)));
}
