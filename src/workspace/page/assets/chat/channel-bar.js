import { el, replace } from '../dom.js';
import { emojiNamed } from '../text/emoji.js';
import { popoverMenu } from './popover-menu.js';

/** Below the channel's name: its bookmarks. Beside it: what can be done with the channel. Both only change when they have to. */
export function mountChannelBar(bar, menu, page) {
  return draw;

  function draw(channel) {
    const isPlace = channel !== undefined && channel.kind !== 'direct';
    const bookmarks = isPlace ? channel.bookmarks : [];
    if (changed(bar, bookmarks)) replace(bar, bookmarks.length > 0 && el('ul', {}, bookmarks.map(bookmark)));
    bar.hidden = bookmarks.length === 0;
    const key = isPlace && { id: channel.id, isArchived: channel.isArchived, hasApp: channel.hasApp };
    if (changed(menu, key)) replace(menu, isPlace && settings(channel));
  }

  function settings(channel) {
    const { name } = page.store.state.app;
    const choices = [
      channel.hasApp
        ? { words: `Remove ${name} from this channel`, pick: () => change(channel, 'removeApp') }
        : { words: `Invite ${name} to this channel`, pick: () => change(channel, 'inviteApp') },
      channel.isArchived
        ? { words: 'Take the channel out of the archive', pick: () => change(channel, 'unarchive') }
        : { words: 'Archive the channel', pick: () => change(channel, 'archive') },
    ];
    return popoverMenu({ sign: 'more', label: `What you can do with #${channel.name}`, choices });
  }

  function change({ id }, what) {
    return page.act('channel', { channel: id, change: what });
  }
}

function bookmark({ title, link, emoji }) {
  const attributes = { href: link, target: '_blank', rel: 'noopener noreferrer', class: 'bookmark' };
  return el('li', {}, el('a', attributes, [emojiNamed(emoji.replaceAll(':', '')), title].filter(Boolean).join(' ')));
}

function changed(node, value) {
  const shown = JSON.stringify(value);
  if (node.dataset.shown === shown) return false;
  node.dataset.shown = shown;
  return true;
}
