const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 90 * UNIT_MS.d;
/** `45s`, `30m`, `4h` or `7d`: how people write a length of time. */
export const SPAN = /^([1-9]\d{0,4})([smhd])$/;

/** The milliseconds of such a text, at most 90 days; null when it is none. */
export function spanMs(text: string): number | null {
  const [, count, unit] = SPAN.exec(text) ?? [];
  if (count === undefined || (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')) return null;
  const ms = Number(count) * UNIT_MS[unit];
  return ms > LONGEST_MS ? null : ms;
}
