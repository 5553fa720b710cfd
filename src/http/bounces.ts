import { Hono } from 'hono';
import type { Deliveries } from '../engine/deliveries/deliveries.ts';
import { Refusal } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { bounceFrom } from '../triggers/bounce.ts';
import { atMost } from './body.ts';

const LARGEST_BODY = 16 * 1024;

export interface BounceDeps {
  deliveries: Pick<Deliveries, 'bounced'>;
  secretOf: (hook: string) => Secret | null;
  now: () => Date;
}

/** `POST /hooks/bounces`: what became of a mail after its server had taken it. 200 also for a mail that is not ours, so that nobody can ask. */
export function bounceRoutes({ deliveries, secretOf, now }: BounceDeps): Hono {
  return new Hono().post('/bounces', atMost(LARGEST_BODY), async (context) => {
    const secret = secretOf('bounces');
    if (secret === null)
      throw new Refusal(
        'unknown_hook',
        'There is no such hook. Its secret belongs into hooks/bounces of the keys folder.',
      );
    const request = {
      signature: context.req.header('x-rekey-signature'),
      timestamp: context.req.header('x-rekey-timestamp'),
      body: new Uint8Array(await context.req.arrayBuffer()),
    };
    const found = bounceFrom(request, { secret, now: now() });
    if (found !== null) await deliveries.bounced(found.bounce, found.origin);
    return context.json({ result: 'recorded' }, 200);
  });
}
