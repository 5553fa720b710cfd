import { blockNodes } from '../blocks/blocks.js';
import { showErrors } from '../blocks/input-block.js';
import { el, replace } from '../dom.js';
import { icon } from '../icons.js';
import { withEmoji } from '../text/emoji.js';
import { keepFocusInside } from './focus-trap.js';

/**
 * The acting person's modals: the one on top is shown, those below wait. Returns the function that draws what is open.
 * A modal is a native dialog, so the page behind it is inert for keyboard, pointer and screen reader alike.
 */
export function mountModal(root, page) {
  const dialog = el('dialog', { class: 'dialog modal', 'aria-labelledby': 'modal-title' });
  let shown = null;
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    if (event.target === dialog && shown) close({ all: false });
  });
  keepFocusInside(dialog);
  replace(root, dialog);
  return draw;

  function draw({ me }) {
    const stack = page.store.viewsOf(me);
    const view = stack.at(-1) ?? null;
    if (!view) return hide();
    if (shown?.view.id !== view.id || shown.view.hash !== view.hash || shown.me !== me) show(view, stack.length, me);
    else if (JSON.stringify(shown.view.errors) !== JSON.stringify(view.errors)) showErrors(shown.form, view.errors);
    shown = { ...shown, view };
    return undefined;
  }

  function hide() {
    shown = null;
    if (dialog.open) dialog.close();
  }

  function show(view, depth, me) {
    const again = shown?.view.id === view.id && shown.me === me;
    const focused = again ? document.activeElement?.closest('[data-action]')?.dataset.action : undefined;
    const form = formOf(view, depth);
    replace(dialog, form);
    shown = { view, form, me };
    if (!dialog.open) dialog.showModal();
    showErrors(form, view.errors);
    if (Object.keys(view.errors).length === 0) focusFirst(form, focused);
  }

  function formOf(view, depth) {
    const surface = page.surfaces.ofView(view);
    const body = el(
      'div',
      { class: 'modal-body', tabindex: '-1', data: { surface: 'modal' } },
      blockNodes(view.blocks, surface),
    );
    // The workspace checks like Slack does, and says it in Slack's words; the browser's own bubbles would hide that.
    const attributes = {
      class: 'modal-form',
      novalidate: true,
      on: { submit: (event) => submit(event, surface, body) },
    };
    return el('form', attributes, modalHead(view, depth, close), body, modalFoot(view, close));
  }

  async function submit(event, surface, body) {
    event.preventDefault();
    const { view, form } = shown;
    const button = form.querySelector('[type=submit]');
    if (!view.submit || button.getAttribute('aria-busy') === 'true') return;
    body.querySelector(':scope > .action-failure')?.remove();
    button.setAttribute('aria-busy', 'true');
    const outcome = await page.ask('submit', { viewId: view.id, form: surface.values() });
    button.removeAttribute('aria-busy');
    if (outcome.ok) return;
    if (outcome.fields) showErrors(form, outcome.fields);
    else body.append(el('p', { class: 'action-failure', role: 'alert' }, '⚠️ ', outcome.shown));
  }

  function close({ all }) {
    return page.act('close', { viewId: shown.view.id, ...(all ? { all } : {}) });
  }
}

function modalHead(view, depth, close) {
  const back = el(
    'button',
    { class: 'tool', type: 'button', 'aria-label': 'Back', on: { click: () => close({ all: false }) } },
    icon('back'),
  );
  const away = el(
    'button',
    { class: 'tool', type: 'button', 'aria-label': 'Close', on: { click: () => close({ all: depth > 1 }) } },
    icon('close'),
  );
  return el(
    'header',
    { class: 'modal-head' },
    depth > 1 && back,
    el('h2', { id: 'modal-title' }, withEmoji(view.title ?? '')),
    away,
  );
}

function modalFoot(view, close) {
  const cancel = el(
    'button',
    { class: 'button', type: 'button', on: { click: () => close({ all: false }) } },
    withEmoji(view.close ?? 'Cancel'),
  );
  const submit = view.submit && el('button', { class: 'button primary', type: 'submit' }, withEmoji(view.submit));
  return el('footer', { class: 'dialog-buttons' }, cancel, submit);
}

function focusFirst(form, action) {
  const known = action && form.querySelector(`[data-action="${CSS.escape(action)}"]`);
  const field = known ?? form.querySelector('.modal-body :is(input, textarea, select, button, a[href])');
  // A long form begins at its top, as in Slack; only a field that was in use before is scrolled to.
  (field ?? form.querySelector('.dialog-buttons button:last-child')).focus({ preventScroll: !known });
}
