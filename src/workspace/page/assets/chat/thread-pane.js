import { el, replace } from '../dom.js';
import { icon } from '../icons.js';
import { titleOf } from './channel-pane.js';
import { mountComposer } from './composer.js';
import { messageList } from './message-list.js';

/** The thread beside the channel. Escape or its button closes it, and the focus goes back to where it was opened. */
export function mountThreadPane(root, page) {
  const log = el('div', { class: 'messages', role: 'log', tabindex: '0', 'aria-label': 'Messages in this thread' });
  const where = el('span', { class: 'pane-note' });
  const closer = el(
    'button',
    { class: 'tool', type: 'button', 'aria-label': 'Close thread', on: { click: close } },
    icon('close'),
  );
  const head = el('header', { class: 'pane-head' }, el('h2', {}, 'Thread'), where, closer);
  const foot = el('div', { class: 'composer-home' });
  const show = messageList(log, page);
  let opened = null;
  replace(root, head, log, foot);
  const aim = mountComposer(foot, page);
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !event.target.closest('[popover]')) close();
  });
  return draw;

  function draw({ me, open, thread }) {
    const channel = page.store.channel(open);
    root.hidden = !thread || !channel;
    if (root.hidden) {
      opened = null;
      return;
    }
    const parent = page.store.messages.get(channel.id, thread);
    replace(where, titleOf(channel, page));
    const replies = page.store.messages.replies(channel.id, thread, me);
    show(`${me} ${thread}`, parent ? [parent, ...replies] : replies);
    aim({
      channel: channel.id,
      threadTs: thread,
      label: `Reply in this thread as ${page.names.person(me).split(' ')[0]}`,
    });
    if (opened !== thread) root.querySelector('textarea')?.focus();
    opened = thread;
  }

  function close() {
    const thread = page.place.read().thread;
    page.place.go({ thread: null });
    const opener = document.querySelector(
      `[data-control="thread-${CSS.escape(thread)}"], [data-control="reply-${CSS.escape(thread)}"]`,
    );
    opener?.focus();
  }
}
