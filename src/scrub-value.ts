import type { Json } from './domain/run.ts';
import { scrub } from './scrub.ts';

/** The same value with every secret in its texts and names masked. */
export function scrubbed(value: Json): Json {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [scrub(name), scrubbed(inner)]));
}
