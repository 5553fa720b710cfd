import { blockNodes } from '../blocks/blocks.js';
import { el } from '../dom.js';
import { icon } from '../icons.js';
import { clock } from '../text/dates.js';
import { mrkdwnNodes } from '../text/mrkdwn.js';
import { attachmentNodes, fileNodes } from './attachments.js';
import { avatar } from './avatar.js';
import { messageTools } from './message-tools.js';
import { reactionRow } from './reactions.js';

/**
 * One message as an article.
 * @param {object} message
 * @param {object} options
 * @param {boolean} options.follows the message above is by the same author, moments before: no need to name them again
 * @param {object[]} [options.replies] of its thread; left out inside a thread
 * @param {object} page what the whole page shares, see page.js
 */
export function messageNode(message, { follows, replies }, page) {
  const surface = page.surfaces.ofMessage(message);
  const author = authorOf(message, page);
  const at = new Date(Number(message.ts) * 1000);
  const classes = ['message', follows && 'follows', message.visibleTo && 'ephemeral'].filter(Boolean).join(' ');
  return el(
    'article',
    { class: classes, 'aria-label': `${author.name}, ${clock(at)}`, data: { ts: message.ts } },
    el('div', { class: 'message-side' }, follows ? time(at) : avatar(message.author, author.name, author.kind)),
    el(
      'div',
      { class: 'message-main', data: { surface: 'message' } },
      message.visibleTo && el('p', { class: 'only-you' }, icon('eye'), 'Only visible to you'),
      !follows && byline(author, at),
      contentOf(message, surface),
      message.editedAt && el('span', { class: 'edited' }, '(edited)'),
      attachmentNodes(message.attachments ?? [], surface),
      fileNodes(message.files, page),
      reactionRow(message, page),
      replies && replies.length > 0 && threadButton(message, replies, page),
    ),
    !message.visibleTo && messageTools(message, replies !== undefined, page),
  );
}

function contentOf(message, surface) {
  if (message.blocks.length > 0) return blockNodes(message.blocks, surface);
  return el('div', { class: 'prose' }, mrkdwnNodes(message.text, surface.names));
}

function authorOf(message, page) {
  const name = page.names.person(message.author) ?? message.author;
  return { name, kind: message.by };
}

function byline({ name, kind }, at) {
  const mark = kind === 'app' && el('span', { class: 'app-mark' }, 'app');
  return el('div', { class: 'byline' }, el('span', { class: 'author' }, name), mark, time(at));
}

function time(at) {
  return el('time', { class: 'at', datetime: at.toISOString(), title: at.toLocaleString('en-US') }, clock(at));
}

function threadButton(message, replies, page) {
  const last = new Date(Number(replies.at(-1).ts) * 1000);
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  const people = [...new Set(replies.map((reply) => reply.author))].slice(0, 3);
  return el(
    'button',
    {
      class: 'thread-link',
      type: 'button',
      data: { control: `thread-${message.ts}` },
      on: { click: () => page.place.go({ thread: message.ts }) },
    },
    people.map((id) =>
      avatar(id, page.names.person(id) ?? id, page.store.state.app.botUserId === id ? 'app' : 'person'),
    ),
    el('span', { class: 'thread-count' }, count),
    el('span', { class: 'thread-last' }, `Last reply ${clock(last)}`),
  );
}
