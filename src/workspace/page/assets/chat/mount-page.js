import { createLayout } from '../layout.js';
import { isAlarming } from '../panels/panel.js';
import { mountToolsPane } from '../panels/tools-pane.js';
import { mountHomePane } from '../views/home-pane.js';
import { mountModal } from '../views/modal.js';
import { mountChannelPane } from './channel-pane.js';
import { mountHeader } from './header.js';
import { mountSidebar } from './sidebar.js';
import { mountThreadPane } from './thread-pane.js';

/** Puts every part of the page in its place. `draw` brings all of them up to date; each leaves alone what did not change. */
export function mountPage(page, changed) {
  const part = (id) => document.getElementById(id);
  const layout = createLayout(changed);
  const drawSidebar = mountSidebar(part('sidebar'), page);
  const header = { ...layout, alarm: () => isAlarming(page.store.state.panels) };
  const drawHeader = mountHeader(part('header'), page, header);
  const panes = [
    mountChannelPane(part('channel'), page),
    mountHomePane(part('home'), page),
    mountThreadPane(part('thread'), page),
    mountModal(part('modals'), page),
  ];
  const drawTools = mountToolsPane(part('tools'), page, { close: layout.toggleTools });
  let before = '';
  part('scrim').addEventListener('click', layout.toggleSidebar);
  document.addEventListener('keydown', onKey);
  document.addEventListener('click', openChannel);
  document.querySelector('.skip').addEventListener('click', skip);
  return { draw };

  function draw({ online }) {
    const here = page.place.read();
    const now = JSON.stringify(here);
    // Whoever chose a place on a phone wants to see it, not the list it was chosen from.
    if (now !== before) layout.closeSidebar();
    before = now;
    const { toolsOpen, sidebarOpen } = layout.state();
    part('tools').hidden = !toolsOpen;
    part('sidebar').classList.toggle('open', sidebarOpen);
    part('scrim').hidden = !sidebarOpen;
    part('side').hidden = !toolsOpen && !here.thread;
    document.title = titleWith(page, here);
    for (const drawPane of panes) drawPane(here);
    drawSidebar(here);
    drawHeader(here, { online, toolsOpen, sidebarOpen });
    drawTools();
  }

  function onKey(event) {
    if (event.key === 'Escape' && layout.state().sidebarOpen) layout.toggleSidebar();
  }

  // Not by following the link: the part of the address after # says where we are.
  function skip(event) {
    event.preventDefault();
    (document.querySelector('#channel textarea') ?? part('home')).focus();
  }

  // A channel's name in a message leads there.
  function openChannel(event) {
    const link = event.target.closest?.('a[data-channel]');
    if (!link) return;
    event.preventDefault();
    page.place.go({ open: link.dataset.channel });
  }
}

function titleWith({ store, unread }, { me }) {
  const waiting = store.channelsOf(me).reduce((sum, channel) => sum + unread.count(me, channel), 0);
  return `${waiting > 0 ? `(${waiting}) ` : ''}${store.state.app.name} – local workspace`;
}
