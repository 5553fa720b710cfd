import { el } from '../dom.js';
import { icon } from '../icons.js';
import { initials, tint } from './names.js';

/** A person's initials on their tint; the app and Slack itself have a sign instead. Hidden from screen readers: the name is beside it. */
export function avatar(id, name, kind = 'person') {
  if (kind === 'person') return el('span', { class: `avatar tint-${tint(id)}`, 'aria-hidden': 'true' }, initials(name));
  return el('span', { class: `avatar avatar-${kind}`, 'aria-hidden': 'true' }, icon(kind === 'app' ? 'key' : 'hash'));
}
