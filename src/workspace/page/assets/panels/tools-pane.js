import { el, replace } from '../dom.js';
import { icon } from '../icons.js';
import { mountPanel } from './panel.js';
import { mountWireLog } from './wire-log.js';

/** The right column: each panel of figures and the wire log, one tab each. Returns the function that draws the open one. */
export function mountToolsPane(root, page, { close }) {
  const tabs = [...page.store.state.panels.map(panelTab), wireTab(page)];
  const bar = el(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': 'Traffic and wire log', on: { keydown: onKey } },
    tabs.map((tab) => tab.button),
  );
  const closer = el(
    'button',
    { class: 'tool', type: 'button', 'aria-label': 'Close this column', on: { click: close } },
    icon('close'),
  );
  replace(
    root,
    el('header', { class: 'pane-head' }, bar, closer),
    tabs.map((tab) => tab.body),
  );
  let at = 0;
  select(0);
  return draw;

  function draw() {
    if (!root.hidden) tabs[at].draw(page.store.state);
  }

  function select(index) {
    at = index;
    tabs.forEach((tab, position) => {
      const chosen = position === at;
      tab.button.setAttribute('aria-selected', String(chosen));
      tab.button.tabIndex = chosen ? 0 : -1;
      tab.body.hidden = !chosen;
    });
    draw();
  }

  function onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    select((at + step + tabs.length) % tabs.length);
    tabs[at].button.focus();
  }

  function panelTab(panel, index) {
    const body = el('div', { class: 'panel' });
    const show = mountPanel(body);
    const draw = (state) => show(state.panels.find((each) => each.id === panel.id) ?? panel);
    return { ...tab({ id: `panel-${index}`, title: panel.title, body, click: () => select(index) }), draw };
  }

  function wireTab() {
    const body = el('div', { class: 'wire' });
    const draw = mountWireLog(body, page);
    const click = () => select(page.store.state.panels.length);
    return { ...tab({ id: 'wire', title: 'Wire log', body, click }), draw };
  }
}

function tab({ id, title, body, click }) {
  const attributes = {
    id: `tab-${id}`,
    class: 'tab',
    type: 'button',
    role: 'tab',
    'aria-controls': `pane-${id}`,
    on: { click },
  };
  body.id = `pane-${id}`;
  body.setAttribute('role', 'tabpanel');
  body.setAttribute('aria-labelledby', `tab-${id}`);
  body.tabIndex = 0;
  return { button: el('button', attributes, title), body };
}
