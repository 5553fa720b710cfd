import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DetailedRefusal } from '../problem.ts';
import type { Caller } from './caller.ts';

/** Requests a minute, each token for itself; `refused`: tries with a key that is none, by address. */
export interface LimitFigures {
  calls: number;
  checks: number;
  refused: number;
}

export const LIMITS: LimitFigures = { calls: 600, checks: 120_000, refused: 60 };

export type Lane = 'calls' | 'checks';

export interface Limits {
  /** Counts one request of this token and returns the headers that say what is left. Refusal `too_many` with Retry-After. */
  take: (lane: Lane, caller: Caller) => Promise<Record<string, string>>;
  /** Counts one try that was refused. Refusal `too_many` once an address has had too many of them. */
  refuse: (address: string) => Promise<void>;
}

const WINDOW_S = 60;

/**
 * In memory of this process. Refused tries are counted instead of all requests, so that somebody who guesses behind the same address cannot
 * lock out who has a key.
 */
export function openLimits(figures: LimitFigures): Limits {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_S });
  const [calls, checks] = [limiter(figures.calls), limiter(figures.checks)];
  const refused = limiter(figures.refused);
  const own = new Map<number, RateLimiterMemory>();
  const laneOf = (lane: Lane, { rateLimit }: Caller) => {
    if (lane === 'calls' || rateLimit === null) return { limiter: lane === 'calls' ? calls : checks, name: lane };
    const perSecond = own.get(rateLimit) ?? new RateLimiterMemory({ points: rateLimit, duration: 1 });
    own.set(rateLimit, perSecond);
    return { limiter: perSecond, name: 'own' };
  };
  return {
    take: async (lane, caller) => {
      const { limiter, name } = laneOf(lane, caller);
      const left = await limiter.consume(caller.token ?? 'anybody').catch((full: unknown) => {
        throw tooMany(full, `This token has made ${limiter.points} requests in ${limiter.duration} s`);
      });
      return headersOf(name, limiter, left);
    },
    refuse: async (address) => {
      await refused.consume(address).catch((full: unknown) => {
        throw tooMany(full, `From this address ${figures.refused} tries with a key that is none came in ${WINDOW_S} s`);
      });
    },
  };
}

// draft-ietf-httpapi-ratelimit-headers: a policy, and what is left of it.
function headersOf(
  name: string,
  { points, duration }: RateLimiterMemory,
  left: RateLimiterRes,
): Record<string, string> {
  const resetS = Math.ceil(left.msBeforeNext / 1_000);
  return {
    'ratelimit-policy': `"${name}";q=${points};w=${duration}`,
    ratelimit: `"${name}";r=${left.remainingPoints};t=${resetS}`,
  };
}

function tooMany(full: unknown, what: string): unknown {
  if (!(full instanceof RateLimiterRes)) return full;
  const waitS = Math.max(1, Math.ceil(full.msBeforeNext / 1_000));
  const headers = { 'retry-after': String(waitS), ratelimit: `"limit";r=0;t=${waitS}` };
  return new DetailedRefusal('too_many', `${what}, which is the limit. Try again in ${waitS} s.`, { headers });
}
