/**
 * Makes a parent's children follow a list, leaving alone what did not change: focus, selection, scroll positions and opened details
 * survive, and a screen reader hears only what is new.
 * @template Row
 * @param {Element} parent
 * @param {Row[]} rows
 * @param {{ key: (row: Row) => string, version: (row: Row, index: number) => string, make: (row: Row, index: number) => Element }} how
 */
export function syncList(parent, rows, { key, version, make }) {
  const before = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  rows.forEach((row, index) => {
    const id = key(row);
    const now = version(row, index);
    const node = fresh(before.get(id), now, () => make(row, index));
    node.dataset.key = id;
    node.dataset.version = now;
    before.delete(id);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  for (const gone of before.values()) gone.remove();
}

/** Replaces a node and puts the focus back on the same control of the new one, when the old one had it. */
export function replaceKeepingFocus(old, made) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(made);
  const twin = focused && twinOf(focused, made);
  twin?.focus();
  return made;
}

function fresh(old, version, make) {
  if (!old) return make();
  return old.dataset.version === version ? old : replaceKeepingFocus(old, make());
}

function twinOf(focused, made) {
  const action = focused.closest('[data-action]')?.dataset.action;
  const block = focused.closest('[data-block]')?.dataset.block;
  if (!action) return made.querySelector(`[data-control="${CSS.escape(focused.dataset.control ?? '')}"]`);
  const home = made.querySelector(`[data-block="${CSS.escape(block ?? '')}"] [data-action="${CSS.escape(action)}"]`);
  return home?.matches('button, a, input, select, textarea') ? home : (home?.querySelector('input, button') ?? null);
}
