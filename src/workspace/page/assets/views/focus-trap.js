const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]';

/** Tab goes round inside a dialog. A native dialog already keeps it out of the page, but would let it out into the browser. */
export function keepFocusInside(dialog) {
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab' || event.defaultPrevented) return;
    const inside = [...dialog.querySelectorAll(FOCUSABLE)].filter((node) => node.checkVisibility());
    const edge = event.shiftKey ? inside.at(0) : inside.at(-1);
    const other = event.shiftKey ? inside.at(-1) : inside.at(0);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    other?.focus();
  });
}
