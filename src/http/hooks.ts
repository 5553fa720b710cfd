import { Hono } from 'hono';
import type { Engine } from '../engine/engine.ts';
import { Refusal } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { alertFromWebhook } from '../triggers/signed-webhook.ts';
import { atMost } from './body.ts';

const LARGEST_BODY = 64 * 1024;

export interface HookDeps {
  engine: Pick<Engine, 'alert'>;
  secretOf: (hook: string) => Secret | null;
  now: () => Date;
}

/** `POST /hooks/<name>`: 202 once the incident is durable; 200 when this very request was answered before. */
export function hookRoutes({ engine, secretOf, now }: HookDeps): Hono {
  return new Hono().post('/:name', atMost(LARGEST_BODY), async (context) => {
    const name = context.req.param('name');
    const secret = secretOf(name);
    if (secret === null)
      throw new Refusal(
        'unknown_hook',
        'There is no such hook. Its secret belongs into hooks/<name> of the keys folder.',
      );
    const request = {
      signature: context.req.header('x-rekey-signature'),
      timestamp: context.req.header('x-rekey-timestamp'),
      body: new Uint8Array(await context.req.arrayBuffer()),
    };
    const started = await engine.alert(alertFromWebhook(name, request, { secret, now: now() }));
    const { kind, run, incident } = started;
    return context.json({ result: kind, run, incident }, kind === 'repeated' ? 200 : 202);
  });
}
