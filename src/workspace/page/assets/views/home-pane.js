import { blockNodes } from '../blocks/blocks.js';
import { el, replace } from '../dom.js';
import { replaceKeepingFocus } from '../keyed.js';

/** The app's Home tab of the acting person. Opening it tells the app, which then publishes what is to be seen. */
export function mountHomePane(root, page) {
  let body = el('div');
  let opened = null;
  let shown = null;
  let failure = null;
  // It scrolls, so a keyboard must be able to reach it.
  root.tabIndex = 0;
  replace(root, body);
  return draw;

  function draw({ me, open }) {
    root.hidden = open !== 'home';
    if (root.hidden) opened = null;
    else if (opened !== me) tell(me);
    if (!root.hidden) show(page.store.homeOf(me), me);
  }

  async function tell(me) {
    opened = me;
    failure = null;
    const outcome = await page.ask('home', {});
    failure = outcome.ok ? null : outcome.shown;
    draw(page.place.read());
  }

  function show(view, me) {
    const version = `${me} ${view?.hash} ${failure}`;
    if (version === shown) return;
    shown = version;
    body = replaceKeepingFocus(body, view ? contents(view) : el('p', { class: 'empty' }, failure ?? waiting()));
  }

  function contents(view) {
    return el(
      'div',
      { class: 'home-blocks', data: { surface: 'home' } },
      blockNodes(view.blocks, page.surfaces.ofView(view)),
    );
  }

  function waiting() {
    return `${page.store.state.app.name} is preparing your Home…`;
  }
}
