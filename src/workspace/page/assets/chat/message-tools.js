import { el } from '../dom.js';
import { icon } from '../icons.js';
import { emojiNamed } from '../text/emoji.js';
import { popoverMenu } from './popover-menu.js';
import { react } from './reactions.js';

const OFFERED = ['pushpin', '+1', 'eyes', 'white_check_mark', 'warning', 'tada', 'memo'];

/** What one can do with a message: reply in its thread, react, or run one of the app's message shortcuts. */
export function messageTools(message, canReply, page) {
  const shortcuts = page.store.state.shortcuts.filter((shortcut) => shortcut.type === 'message');
  return el(
    'div',
    { class: 'message-tools', role: 'group', 'aria-label': 'Message actions' },
    canReply && tool('reply', 'Reply in thread', () => page.place.go({ thread: message.ts }), `reply-${message.ts}`),
    popoverMenu({
      sign: 'smile',
      label: 'Add a reaction',
      choices: OFFERED.map(reactionChoice),
      className: 'reaction-menu',
    }),
    shortcuts.length > 0 &&
      popoverMenu({ sign: 'bolt', label: 'Shortcuts for this message', choices: shortcuts.map(shortcutChoice) }),
    popoverMenu({ sign: 'more', label: 'More', choices: [{ words: 'Delete message', pick: remove }] }),
  );

  function remove() {
    return page.act('delete', { channel: message.channel, ts: message.ts });
  }

  function reactionChoice(name) {
    return { words: emojiNamed(name), label: name.replaceAll('_', ' '), pick: () => react(message, name, page) };
  }

  function shortcutChoice({ name, callbackId, description }) {
    const on = { channel: message.channel, ts: message.ts };
    return { words: name, more: description, pick: () => page.act('shortcut', { callbackId, on }) };
  }
}

function tool(sign, label, click, control) {
  return el(
    'button',
    { class: 'tool', type: 'button', 'aria-label': label, title: label, data: { control }, on: { click } },
    icon(sign),
  );
}
