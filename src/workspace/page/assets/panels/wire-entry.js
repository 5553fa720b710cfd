import { el } from '../dom.js';
import { clockWithSeconds } from '../text/dates.js';

/** One line of the wire log; the JSON is made when somebody opens it, not before. */
export function wireEntry(entry) {
  const failure = failureOf(entry.result);
  const toApp = entry.direction === 'to_app';
  const body = el('div', { class: 'wire-body' });
  const details = el(
    'details',
    { class: failure ? 'wire-entry failed' : 'wire-entry', on: { toggle: () => details.open && show(body, entry) } },
    el(
      'summary',
      {},
      el('span', { class: 'wire-time' }, clockWithSeconds(new Date(entry.at))),
      el('span', { class: `wire-way ${entry.direction}` }, toApp ? 'to app' : 'from app'),
      el('span', { class: 'wire-name' }, entry.name),
      el('span', { class: 'wire-result' }, failure ?? 'ok'),
    ),
    body,
  );
  return el('li', {}, details);
}

function show(body, entry) {
  if (body.childElementCount > 0) return;
  body.append(
    ...part('Sent', entry.body),
    ...part('Answer', entry.result),
    el('p', { class: 'wire-kind' }, `${entry.kind}, ${entry.at}`),
  );
}

function part(title, json) {
  const words = json === undefined || json === null ? 'nothing' : JSON.stringify(json, null, 2);
  return [
    el('p', { class: 'wire-title' }, title),
    el('pre', { tabindex: '0', 'aria-label': title, role: 'group' }, words),
  ];
}

// An API answer says `ok: false, error`; a delivery that failed says `kind: 'failed', error`.
function failureOf(result) {
  if (result === null || typeof result !== 'object') return null;
  const failed = result.ok === false || result.kind === 'failed';
  return failed ? String(result.error ?? 'failed') : null;
}
