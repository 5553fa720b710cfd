import { el } from '../dom.js';

/**
 * Slack's `<!date^UNIX^format^link|fallback>`: everybody reads the time in their own zone.
 * A number or a format that makes no sense shows the fallback, as Slack does.
 */
export function dateNode(unix, format, fallback, now = new Date()) {
  const at = new Date(Number(unix) * 1000);
  if (Number.isNaN(at.getTime()) || !format) return document.createTextNode(fallback);
  const full = formatted('{date_long} {time_secs}', at, now);
  return el('time', { datetime: at.toISOString(), title: `${full} (${zone()})` }, formatted(format, at, now));
}

/** The clock time beside a message, and the words around a date line. */
export function clock(at) {
  return show(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** The same to the second. */
export function clockWithSeconds(at) {
  return show(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
}

/** Today, Yesterday, or the date in full. */
export function dayName(at, now = new Date()) {
  return capital(relativeDay(at, now) ?? show(at, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }));
}

function formatted(format, at, now) {
  return format.replace(/\{([a-z_]+)\}/g, (token, name) => PARTS[name]?.(at, now) ?? token);
}

const PARTS = {
  date_num: (at) => show(at, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA'),
  date_slash: (at) => show(at, { year: 'numeric', month: '2-digit', day: '2-digit' }),
  date: (at) => show(at, { month: 'long', day: 'numeric', year: 'numeric' }),
  date_short: (at) => show(at, { month: 'short', day: 'numeric', year: 'numeric' }),
  date_long: (at) => show(at, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
  date_long_full: (at) => show(at, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
  date_pretty: (at, now) => relativeDay(at, now) ?? PARTS.date(at),
  date_short_pretty: (at, now) => relativeDay(at, now) ?? PARTS.date_short(at),
  date_long_pretty: (at, now) => relativeDay(at, now) ?? PARTS.date_long(at),
  time: clock,
  time_secs: clockWithSeconds,
  ago: (at, now) => ago(at, now),
};

function relativeDay(at, now) {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days] ?? null;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

function ago(at, now) {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[3];
  return new Intl.RelativeTimeFormat('en').format(Math.round(seconds / size), unit);
}

function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

function show(at, options, locale = 'en-US') {
  return new Intl.DateTimeFormat(locale, options).format(at);
}

function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
