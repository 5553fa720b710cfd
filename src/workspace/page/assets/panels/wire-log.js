import { el, replace, uniqueId } from '../dom.js';
import { syncList } from '../keyed.js';
import { wireEntry } from './wire-entry.js';

const SHOWN = 200;

/** What went over the wire between the workspace and the app, newest first. Returns the function that draws it again. */
export function mountWireLog(root, page) {
  const label = uniqueId('filter');
  const filter = el('input', { class: 'input', type: 'search', id: label, placeholder: 'Filter', on: { input: draw } });
  const directions = el(
    'select',
    { class: 'input', 'aria-label': 'Direction', on: { change: draw } },
    el('option', { value: '' }, 'Both ways'),
    el('option', { value: 'to_app' }, 'To the app'),
    el('option', { value: 'from_app' }, 'From the app'),
  );
  const count = el('p', { class: 'wire-count' });
  const list = el('ol', { class: 'wire-list' });
  const caption = el('label', { class: 'unseen', for: label }, 'Filter the wire log');
  replace(root, el('div', { class: 'wire-filter' }, caption, filter, directions), count, list);
  return draw;

  function draw() {
    const { wire } = page.store.state;
    const found = wire.filter(matches(filter.value.trim().toLowerCase(), directions.value));
    replace(count, sentence(found.length, wire.length));
    syncList(list, found.slice(-SHOWN).reverse(), {
      key: (entry) => String(entry.seq),
      version: () => '',
      make: wireEntry,
    });
  }
}

function matches(word, direction) {
  return (entry) => {
    if (direction !== '' && entry.direction !== direction) return false;
    return (
      word === '' || JSON.stringify([entry.name, entry.kind, entry.body, entry.result]).toLowerCase().includes(word)
    );
  };
}

function sentence(found, all) {
  if (all === 0) return 'Nothing went over the wire yet.';
  const shown = found > SHOWN ? `, the newest ${SHOWN} shown` : '';
  return found === all ? `${all} entries${shown}` : `${found} of ${all} entries${shown}`;
}
