import { canonicalJson } from './canonical.ts';
import type { Json } from './run.ts';

/** What an answer has to be: one of these statuses, and these values at these places (`status.ready`). */
export interface ExpectedAnswer {
  status: readonly number[];
  json: Readonly<Record<string, Json>>;
}

const SHOWN = 80;

/** What is not as it should be, in one sentence that repeats nothing but the place; null when everything is. */
export function differsFrom(expected: ExpectedAnswer, answer: { status: number; json: Json | null }): string | null {
  if (!isExpectedStatus(expected, answer.status))
    return `expected ${statusText(expected)}, got status ${answer.status}`;
  for (const [place, wanted] of Object.entries(expected.json)) {
    const found = valueAt(answer.json, place);
    if (found !== undefined && canonicalJson(found) === canonicalJson(wanted)) continue;
    return `expected ${place} to be ${shown(wanted)}, got ${found === undefined ? 'nothing there' : shown(found)}`;
  }
  return null;
}

export function isExpectedStatus({ status }: Pick<ExpectedAnswer, 'status'>, found: number): boolean {
  return status.length === 0 ? found >= 200 && found <= 299 : status.includes(found);
}

function statusText({ status }: ExpectedAnswer): string {
  return status.length === 0 ? 'a status from 200 to 299' : `status ${status.join(' or ')}`;
}

/** The value at `items.0.last_pull_at`; undefined where there is none. */
export function valueAt(json: Json | null, place: string): Json | undefined {
  let found: Json | undefined = json;
  for (const name of place.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    if (Array.isArray(found)) found = /^\d{1,4}$/.test(name) ? found[Number(name)] : undefined;
    else found = Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
