import { createListbox } from '../blocks/listbox.js';
import { el, replace, uniqueId } from '../dom.js';
import { icon } from '../icons.js';
import { completionFor, completionWords, usageOf } from './completion.js';
import { popoverMenu } from './popover-menu.js';

/**
 * The box to type in. Enter sends, Shift+Enter starts a line, `/` and `@` offer completions.
 * @param {HTMLElement} root
 * @param {import('./page.js').Page} page
 * @returns {(where: { channel: string, threadTs?: string, label: string }) => void} says where the next text goes
 */
export function mountComposer(root, page) {
  const drafts = new Map();
  const note = el('p', { class: 'composer-note', id: uniqueId('note'), 'aria-live': 'polite' });
  const field = el('textarea', { class: 'composer-field', rows: '1', maxlength: '12000', 'aria-describedby': note.id });
  const list = createListbox(field, { label: 'Suggestions', words: completionWords, pick });
  const button = el(
    'button',
    { class: 'composer-send', type: 'submit', 'aria-label': 'Send', title: 'Send' },
    icon('send'),
  );
  const form = el(
    'form',
    { class: 'composer', on: { submit: send } },
    list.node,
    el('div', { class: 'composer-box' }, shortcuts(page), field, button),
    note,
  );
  let where = null;
  let current = null;
  let underWay = 0;
  field.addEventListener('input', look);
  field.addEventListener('keydown', onKey);
  field.addEventListener('blur', list.close);
  replace(root, form);
  return aim;

  function aim(next) {
    const key = [page.place.me(), next.channel, next.threadTs].join(' ');
    if (where?.key === key) return;
    if (where) drafts.set(where.key, field.value);
    where = { ...next, key };
    field.value = drafts.get(key) ?? '';
    field.placeholder = next.label;
    field.setAttribute('aria-label', next.label);
    list.close();
    look();
  }

  function look() {
    const inThread = where.threadTs !== undefined;
    current =
      document.activeElement === field ? completionFor(field.value, field.selectionStart, page, { inThread }) : null;
    list.show(current?.choices ?? []);
    const usage = usageOf(field.value, page, { inThread });
    replace(note, usage && [el('span', { class: 'composer-usage' }, usage)]);
    button.disabled = field.value.trim() === '';
  }

  function pick(choice) {
    field.setRangeText(choice.text, current.from, current.to, 'end');
    look();
  }

  function onKey(event) {
    const typed = current && field.value.slice(current.from, current.to);
    const typedOut = current?.choices.some((choice) => choice.text.trim() === typed);
    // A command or a name that is typed to its end needs no proposal: Enter sends. Before that, Enter takes the proposal.
    if (!(event.key === 'Enter' && typedOut) && list.onKey(event)) return;
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  }

  async function send(event) {
    event?.preventDefault();
    const text = field.value.trim();
    if (text === '') return;
    const sent = where;
    clear();
    // Nobody waits for the app: the next text may follow while a command still runs.
    underWay += 1;
    form.setAttribute('aria-busy', 'true');
    const outcome = await page.ask('say', {
      channel: sent.channel,
      text,
      ...(sent.threadTs ? { threadTs: sent.threadTs } : {}),
    });
    underWay -= 1;
    if (underWay === 0) form.removeAttribute('aria-busy');
    // The workspace itself answers a failed command in the channel; anything else is said here, and the text comes back.
    if (!outcome.ok && (!text.startsWith('/') || outcome.error === 'unreachable')) giveBack(sent, text, outcome.shown);
  }

  function clear() {
    field.value = '';
    list.close();
    look();
  }

  function giveBack(sent, text, sentence) {
    if (where.key === sent.key && field.value === '') field.value = text;
    look();
    replace(note, el('span', { class: 'composer-failure' }, sentence));
  }
}

// The app's shortcuts that need no message to start from.
function shortcuts(page) {
  const global = page.store.state.shortcuts.filter((shortcut) => shortcut.type === 'global');
  const choices = global.map(({ name, callbackId, description }) => ({
    words: name,
    more: description,
    pick: () => page.act('shortcut', { callbackId }),
  }));
  return choices.length > 0 && popoverMenu({ sign: 'bolt', label: 'Shortcuts', choices });
}
