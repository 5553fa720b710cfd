import { el, replace } from '../dom.js';
import { icon } from '../icons.js';
import { avatar } from './avatar.js';
import { badge } from './badge.js';
import { mountChannelBar } from './channel-bar.js';
import { titleOf } from './channel-pane.js';

/** The line above the channel: where we are, whether the app is there, and the two side columns for narrow screens. */
export function mountHeader(root, page, { toggleSidebar, toggleTools, alarm }) {
  const title = el('h1', { class: 'title' });
  const topic = el('p', { class: 'topic' });
  const bar = el('nav', { class: 'bookmarks', 'aria-label': 'Bookmarks', hidden: true });
  const settings = el('span', { class: 'channel-menu' });
  const drawBar = mountChannelBar(bar, settings, page);
  const presence = el('p', { class: 'presence', role: 'status' });
  const menu = el('button', { class: 'tool only-narrow', type: 'button', on: { click: toggleSidebar } });
  const tools = toggle({ sign: 'chart', label: 'Traffic and wire log', className: 'tools-toggle', click: toggleTools });
  replace(root, menu, el('div', { class: 'where' }, title, topic, bar), settings, presence, tools);
  return draw;

  function draw({ me, open }, { online, toolsOpen, sidebarOpen }) {
    const channel = page.store.channel(open);
    replace(title, channel ? titleOf(channel, page) : `${page.store.state.app.name} Home`);
    replace(topic, channel?.isArchived ? 'Archived. ' : '', channel?.topic ?? '');
    drawBar(channel);
    showPresence(presenceOf(page.store.state, online));
    menu.setAttribute('aria-expanded', String(sidebarOpen));
    showWho(me);
    tools.setAttribute('aria-expanded', String(toolsOpen));
    tools.classList.toggle('alarm', alarm());
    tools.setAttribute(
      'aria-label',
      alarm() ? 'Traffic and wire log. Calls are being rejected' : 'Traffic and wire log',
    );
  }

  // On a phone the list of people is out of sight, so this button says who one is, and whether somebody else is called for.
  function showWho(me) {
    const name = page.names.person(me);
    const calls = page.store.state.people.reduce((sum, { id }) => sum + (id === me ? 0 : page.unread.calls(id)), 0);
    if (menu.dataset.shown === `${me} ${calls}`) return;
    menu.dataset.shown = `${me} ${calls}`;
    const words = el('span', { class: 'unseen' }, `Channels and people. You are ${name}. `);
    replace(menu, icon('menu'), avatar(me, name), words, badge(calls));
  }

  // A live region speaks at every change of its children, so nothing is touched while the words stay the same.
  function showPresence({ kind, words }) {
    if (presence.textContent === words) return;
    presence.className = `presence ${kind}`;
    replace(presence, el('span', { class: 'presence-mark', 'aria-hidden': 'true' }), words);
  }
}

function presenceOf({ app, connections }, online) {
  if (!online) return { kind: 'away', words: 'Workspace not reachable, trying again…' };
  if (app.transport === 'http') return { kind: 'here', words: `${app.name} is reached by signed HTTP` };
  if (connections === 0) return { kind: 'away', words: `${app.name} is not connected` };
  return { kind: 'here', words: `${app.name} is connected` };
}

function toggle({ sign, label, className, click }) {
  const attributes = {
    class: `tool ${className}`,
    type: 'button',
    'aria-label': label,
    title: label,
    'aria-expanded': 'false',
    on: { click },
  };
  return el('button', attributes, icon(sign));
}
