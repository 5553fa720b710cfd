const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long is left, as people say it: `in 9 min`, `in 2 h 5 min`, `in less than a minute`. Never more than what is left. */
export function leftText(until: Date, now: Date): string {
  const ms = until.getTime() - now.getTime();
  if (ms <= 0) return 'over';
  if (ms < MINUTE_MS) return 'in less than a minute';
  const [days, hours, minutes] = [
    Math.floor(ms / DAY_MS),
    Math.floor((ms % DAY_MS) / HOUR_MS),
    Math.floor((ms % HOUR_MS) / MINUTE_MS),
  ];
  const parts = days > 0 ? [part(days, 'd'), part(hours, 'h')] : [part(hours, 'h'), part(minutes, 'min')];
  return `in ${parts.filter((one) => one !== '').join(' ')}`;
}

/** When a card that says how long is left is drawn again: at half of the time. More often would be noise for whoever reads along. */
export function halfTime({ createdAt, expiresAt }: { createdAt: Date; expiresAt: Date }, now: Date): Date | null {
  const half = new Date((createdAt.getTime() + expiresAt.getTime()) / 2);
  return half > now ? half : null;
}

function part(count: number, unit: string): string {
  return count === 0 ? '' : `${count} ${unit}`;
}
