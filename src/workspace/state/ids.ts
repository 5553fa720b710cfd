import { randomBytes } from 'node:crypto';

export interface Ids {
  /** Slack's timestamp id: seconds, a dot, six digits; strictly increasing, so it also orders. */
  ts(): string;
  /** Later ones come after this: for ids that were issued before a restart. */
  skipPast(ts: string): void;
  /** For example `V` + ten letters and digits. */
  next(prefix: string): string;
  /** For what Slack generates inside blocks. */
  short(): string;
  /** Unguessable: tickets, response urls, uploads. */
  secret(): string;
}

export function openIds(clock: () => number): Ids {
  let lastMicros = 0;
  return {
    ts() {
      lastMicros = Math.max(clock() * 1000, lastMicros + 1);
      const micros = String(lastMicros).padStart(16, '0');
      return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
    },
    skipPast(ts) {
      lastMicros = Math.max(lastMicros, Number(ts.replace('.', '')));
    },
    next: (prefix) => `${prefix}${randomBytes(5).toString('hex').toUpperCase()}`,
    short: () => randomBytes(3).toString('base64url'),
    secret: () => randomBytes(18).toString('base64url'),
  };
}
