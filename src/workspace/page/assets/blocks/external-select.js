import { el } from '../dom.js';
import { plainText } from '../text/mrkdwn.js';
import { createListbox } from './listbox.js';
import { whilePending } from './pending.js';

const PAUSE_MS = 200;

/** A select whose options the app supplies while the person types (`block_suggestion`). */
export function externalSelectNode(element, { surface, block, labelledBy, describedBy }) {
  const chosen = surface.start(block, element, element.initial_option?.value);
  const placeholder = plainText(element.placeholder) || 'Type to search…';
  const input = el('input', {
    class: 'input',
    role: 'combobox',
    autocomplete: 'off',
    placeholder,
    'aria-labelledby': labelledBy,
    'aria-label': labelledBy ? null : placeholder,
    'aria-describedby': describedBy,
    on: { input: later, focus: later, blur: leave },
  });
  const list = createListbox(input, { label: 'Suggestions', words: (option) => [option.text], pick });
  input.addEventListener('keydown', list.onKey);
  // After a reload only the value is known; it is what the app goes by, so it is what the person sees.
  let shown = chosen === element.initial_option?.value ? plainText(element.initial_option?.text) : (chosen ?? '');
  input.value = shown;
  let timer = 0;
  let asked = 0;
  return el('div', { class: 'combobox' }, input, list.node);

  function later() {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  }

  async function search() {
    if (input.value.length < (element.min_query_length ?? 3)) return list.close();
    asked += 1;
    const mine = asked;
    const options = await surface.suggest(block, element, input.value);
    // A slow answer to an older word must not replace the answer to the newer one.
    if (mine === asked && document.activeElement === input) list.show(options, 'Nothing matches.');
  }

  function pick(option) {
    shown = option.text;
    input.value = shown;
    whilePending(input, () => surface.choose(block, element, option.value));
  }

  // Words that were typed and not chosen are no answer; leaving shows again what really is chosen.
  function leave() {
    clearTimeout(timer);
    list.close();
    if (input.value === '' && shown !== '') {
      shown = '';
      surface.write(block, element, null);
    }
    input.value = shown;
  }
}
