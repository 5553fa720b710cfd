import type { Context } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { claimTokenHash } from '../../domain/claim.ts';
import { Refusal } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { callerAddress } from '../caller-address.ts';
import { DetailedRefusal } from '../problem.ts';

const WINDOW_S = 60;
const REFUSED_PER_ADDRESS = 20;
const REFUSED_PER_TOKEN = 5;

/**
 * Counts what is refused, by address and by token. Not every request: behind a proxy all people share an address, and somebody who guesses
 * there must not keep the others from their secrets. A token that was refused too often is not even looked up, so that whoever has a link
 * that was used cannot fill the team's channel with alarms.
 */
export function limitTries() {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_S });
  const [byAddress, byToken] = [limiter(REFUSED_PER_ADDRESS), limiter(REFUSED_PER_TOKEN)];
  return {
    count: async <T>(context: Context, token: Secret, look: () => Promise<T>): Promise<T> => {
      const hash = claimTokenHash(token.reveal());
      const before = await byToken.get(hash);
      if (before !== null && before.remainingPoints <= 0) throw tooMany(before);
      try {
        return await look();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        await byToken.consume(hash).catch(() => {});
        await byAddress.consume(callerAddress(context)).catch((full: unknown) => {
          throw tooMany(full);
        });
        throw error;
      }
    },
  };
}

function tooMany(full: unknown): unknown {
  if (!(full instanceof RateLimiterRes)) return full;
  const waitS = Math.max(1, Math.ceil(full.msBeforeNext / 1_000));
  const headers = { 'retry-after': String(waitS) };
  return new DetailedRefusal('too_many', `Too many tries with links that are not good. Try again in ${waitS} s.`, {
    headers,
  });
}
