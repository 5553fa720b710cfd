import { el } from '../dom.js';
import { whilePending } from './pending.js';

/** A moment. Slack counts it in seconds since 1970; the person picks it in their own zone. */
export function dateTimeInput(element, { surface, block, labelledBy, describedBy }) {
  const node = el('input', {
    class: 'input',
    type: 'datetime-local',
    'aria-labelledby': labelledBy,
    'aria-label': labelledBy ? null : 'Date and time',
    'aria-describedby': describedBy,
  });
  node.value = localText(surface.start(block, element, element.initial_date_time));
  node.addEventListener('change', () =>
    whilePending(node, () => surface.choose(block, element, secondsOf(node.value))),
  );
  return node;
}

function secondsOf(local) {
  return local === '' ? null : Math.floor(new Date(local).getTime() / 1000);
}

// The field wants local time without a zone, which no method of Date gives: an ISO text shifted by the offset does.
function localText(seconds) {
  if (seconds === null) return '';
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
