import type { Strictness } from '../workspace.ts';
import type { Method } from './method.ts';

interface Bucket {
  tokens: number;
  at: number;
}

export interface RateLimits {
  /** Counts the call; seconds to wait when it is one too many. */
  take(method: Method, channel: string | undefined): number | undefined;
}

const PER_MINUTE = { 2: 20, 3: 50, 4: 100 } as const;

/** Token buckets: a short burst is tolerated, then one call per refill. */
export function openRateLimits({ postBurst, tiers }: Strictness, clock: () => number): RateLimits {
  const buckets = new Map<string, Bucket>();
  const takeFrom = (key: string, capacity: number, perSecond: number) => {
    const now = clock();
    const known = buckets.get(key) ?? { tokens: capacity, at: now };
    const tokens = Math.min(capacity, known.tokens + ((now - known.at) / 1000) * perSecond);
    buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1 ? undefined : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  };
  return {
    take({ name, tier }, channel) {
      if (name === 'chat.postMessage') return takeFrom(`post ${channel}`, postBurst, 1);
      if (!tiers || tier === 'special') return undefined;
      return takeFrom(name, PER_MINUTE[tier], PER_MINUTE[tier] / 60);
    },
  };
}
