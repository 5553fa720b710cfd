import { contentHash } from './canonical.ts';

/**
 * By what a point of the gate is named on one line: `p3f2c`. It belongs to the sentence, unlike its place in a list that may be another by
 * the time somebody answers.
 */
export function pointCode(point: string): string {
  return `p${contentHash(point).slice(0, 4)}`;
}

/** The point that is meant: by its code, or in its own words. Null where none or more than one is. */
export function pointMeant(points: readonly string[], said: string): string | null {
  if (points.includes(said)) return said;
  const [found, ...more] = points.filter((point) => pointCode(point) === said.trim().toLowerCase());
  return found === undefined || more.length > 0 ? null : found;
}
