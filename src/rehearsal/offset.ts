import { z } from 'zod';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `+30d`, `-36m`, `+1d2h`: an instant seen from the start of a case, as milliseconds. */
export const offset = z
  .string()
  .regex(/^[+-](\d{1,5}[smhd])+$/, 'expected a time from the start of the case, such as -36m, +30d or +1d2h')
  .transform((text) => (text.startsWith('-') ? -sumOf(text) : sumOf(text)));

function sumOf(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g))
    if (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd') sum += Number(count) * UNIT_MS[unit];
  return sum;
}
