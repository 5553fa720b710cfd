import { el, replace } from '../dom.js';
import { mountComposer } from './composer.js';
import { messageList } from './message-list.js';

/** The open channel: its messages and the box to type in. */
export function mountChannelPane(root, page) {
  const log = el('div', { class: 'messages', role: 'log', tabindex: '0' });
  const empty = el('p', { class: 'empty' });
  const foot = el('div', { class: 'composer-home' });
  const show = messageList(log, page);
  replace(root, empty, log, foot);
  const aim = mountComposer(foot, page);
  return draw;

  function draw({ me, open }) {
    const channel = page.store.channel(open);
    root.hidden = channel === undefined;
    if (!channel) return;
    const messages = page.store.messages.top(channel.id, me);
    const title = titleOf(channel, page);
    log.setAttribute('aria-label', `Messages in ${title}`);
    empty.hidden = messages.length > 0;
    replace(empty, `Nothing has been said in ${title} yet. ${firstStep(page)}`);
    show(`${me} ${channel.id}`, messages, (message) => page.store.messages.replies(channel.id, message.ts, me));
    aim({ channel: channel.id, label: `Message ${title} as ${firstName(page.names.person(me))}, / for commands` });
    if (!document.hidden) page.unread.markRead(me, channel);
  }
}

/** `#ops`, or the app's name for a direct message with it. */
export function titleOf(channel, { store }) {
  return channel.kind === 'direct' ? store.state.app.name : `#${channel.name}`;
}

function firstName(name) {
  return name.split(' ')[0];
}

/** What somebody who sees this for the first time can do. */
export function firstStep({ store }) {
  const [command] = store.state.commands;
  return command
    ? `Type ${command.command} in the box below, or / to see every command.`
    : 'Write something in the box below.';
}
