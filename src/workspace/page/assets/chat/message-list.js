import { el } from '../dom.js';
import { syncList } from '../keyed.js';
import { dayName } from '../text/dates.js';
import { messageNode } from './message.js';

const TOGETHER_SECONDS = 300;
const NEAR_END_PX = 80;

/**
 * A scrolling list of messages, newest at the bottom. It stays at the bottom while one reads there, and stays put while one reads
 * further up. Returns the function that shows a list of messages.
 */
export function messageList(root, page) {
  let shownPlace = null;
  let atEnd = true;
  root.addEventListener('scroll', () => {
    atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < NEAR_END_PX;
  });
  // The box below grows while one types, and phones open a keyboard: the newest message stays in sight.
  new ResizeObserver(toEnd).observe(root);
  return show;

  function show(placeKey, messages, repliesTo) {
    atEnd = atEnd || shownPlace !== placeKey;
    shownPlace = placeKey;
    syncList(root, rowsOf(messages, repliesTo, page), {
      key: (row) => row.key,
      version: (row) => row.version,
      make: (row) => (row.day ? dayLine(row.day) : messageNode(row.message, row, page)),
    });
    toEnd();
  }

  function toEnd() {
    if (atEnd) root.scrollTop = root.scrollHeight;
  }
}

function rowsOf(messages, repliesTo, page) {
  const rows = [];
  let above = null;
  for (const message of messages) {
    const day = dayName(new Date(Number(message.ts) * 1000));
    if (above?.day !== day) rows.push({ day, key: `day ${day}`, version: day });
    const follows = above !== null && above.day === day && isFollowing(above.message, message);
    rows.push(messageRow(message, { follows, replies: repliesTo?.(message) }, page));
    above = { day, message };
  }
  return rows;
}

function messageRow(message, { follows, replies }, page) {
  const place = `${page.place.me()} ${message.channel} ${message.ts}`;
  const thread = replies ? `${replies.length} ${replies.at(-1)?.ts ?? ''}` : 'thread';
  return { message, follows, replies, key: place, version: `${message.revision} ${follows} ${thread}` };
}

function isFollowing(above, message) {
  const near = Number(message.ts) - Number(above.ts) < TOGETHER_SECONDS;
  // A card of the app is a thing of its own, and names its author again.
  const isCard = message.by === 'app' && message.blocks.length > 1;
  return near && !isCard && above.author === message.author && above.visibleTo === message.visibleTo;
}

function dayLine(day) {
  return el('div', { class: 'day-line' }, el('span', {}, day));
}
