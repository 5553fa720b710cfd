import type { Incident } from './incident.ts';
import { wallClock } from './zoned.ts';

const LONGEST = 80;
const MOST_NAMES = 20;

/**
 * Names for the channel of an incident, the best one first: `inc-1121-payments-prod`, then with -2, -3 … for when somebody has that name
 * already. Slack takes lower-case letters, digits, - and _, at most 80 of them. An incident about no key is named by its id: its title may say
 * more than everybody who sees the list of channels should read.
 */
export function roomNames(
  incident: Pick<Incident, 'id' | 'reportedAt'>,
  { prefix, slug, timeZone }: { prefix: string; slug: string | null; timeZone: string },
): string[] {
  const day = wallClock(incident.reportedAt, timeZone).toISOString().slice(5, 10).replace('-', '');
  const about = nameable(slug ?? '') || nameable(incident.id.replace(/^inc-/, ''));
  return numbered(`${prefix}-${day}-${about}`);
}

/** The names to try in Slack, the wanted one first. */
export function namesFrom(wanted: string): string[] {
  return [wanted, ...numbered(wanted).slice(1)];
}

function numbered(name: string): string[] {
  const ends = Array.from({ length: MOST_NAMES }, (_, index) => (index === 0 ? '' : `-${index + 1}`));
  return ends.map((end) => `${name.slice(0, LONGEST - end.length).replace(/[-_]+$/, '')}${end}`);
}

function nameable(text: string): string {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9_]+/g, '-');
  return words.replace(/^[-_]+|[-_]+$/g, '').slice(0, 50);
}
