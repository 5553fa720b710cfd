import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `90m`, `24h`, `7d`, `2w` in milliseconds. */
export function spanMsOf(text: string): number {
  const [, count, unit] = /^(\d{1,5}) ?(m|min|h|d|w)$/.exec(text.trim().toLowerCase()) ?? [];
  const size = unit === undefined ? undefined : UNITS[unit];
  if (count === undefined || size === undefined)
    throw new InvalidArgumentError('Expected a span of time such as 90m, 24h, 7d or 2w.');
  return Number(count) * size;
}

/** An instant: `2027-05-20T14:00Z`, with any offset; without one, and for a day alone, UTC is meant. */
export function instantOf(text: string): Date {
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text.trim()) ?? [];
  const at = new Date(`${day}T${time}${zone}`);
  // 30 February is no day, and JavaScript would make one of March of it.
  const isThere = !Number.isNaN(at.getTime()) && (zone !== 'Z' || at.toISOString().startsWith(day ?? '-'));
  if (day === undefined || !isThere)
    throw new InvalidArgumentError(
      'Expected a time such as 2027-05-20, or 2027-05-20T14:00+02:00 (UTC without offset).',
    );
  return at;
}

export function wholeNumberOf(text: string): number {
  const count = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(count) || count < 0)
    throw new InvalidArgumentError('Expected a whole number.');
  return count;
}

/** For an option that may be given several times. */
export function collected(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
