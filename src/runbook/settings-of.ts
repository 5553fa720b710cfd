import type { Json } from '../domain/run.ts';
import type { SourceStep } from './loaded.ts';

const LONGEST = 160;

/**
 * What is written out in the `with` of a step and no sentence for people: `until: key.calls_last_hour == 0`, `rule: rotate`, `evidence: url`.
 * References are left out; what they carry is known during the run only.
 */
export function settingsOf({ written, mentions }: SourceStep): string[] {
  const sentences = new Set(mentions.filter(({ meaning }) => meaning === 'people_text').map(({ name }) => name));
  return Object.entries(written).flatMap(([name, value]) => {
    const shown = typeof value === 'string' && sentences.has(value) ? '' : textOf(value);
    return shown === '' ? [] : [`${name}: ${shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown}`];
  });
}

function textOf(value: Json): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  const parts = Array.isArray(value)
    ? value.map(textOf)
    : Object.entries(value).map(([name, inner]) => (textOf(inner) === '' ? '' : `${name}: ${textOf(inner)}`));
  const said = parts.filter((part) => part !== '').join(', ');
  if (said === '') return '';
  return Array.isArray(value) ? `[${said}]` : `{ ${said} }`;
}
