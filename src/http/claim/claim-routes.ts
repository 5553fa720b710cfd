import { Hono } from 'hono';
import { z } from 'zod';
import type { Claim } from '../../domain/claim.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { Keys } from '../../engine/keys/keys.ts';
import { Refusal } from '../../errors.ts';
import { randomId } from '../../random-id.ts';
import { Secret } from '../../secret.ts';
import { atMost } from '../body.ts';
import { problemOf, type Report } from '../problem.ts';
import { pageAssets } from './page-assets.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { limitTries } from './tries.ts';

const LARGEST_BODY = 1024;
const Body = z.object({ token: z.string().min(1).max(200) });

export interface ClaimPageDeps {
  keys: Pick<Keys, 'peek' | 'take'>;
  onError: Report;
}

/**
 * The one-time page. `GET /claim` is the same for everybody: the token stands behind the # of the link, and the page posts it to `/claim/peek`
 * (who and what) and, when somebody presses the button, to `/claim/reveal` (the secret, once). So whatever follows links by itself, as
 * previews and virus scanners do, takes nothing.
 */
export function claimRoutes({ keys, onError }: ClaimPageDeps): Hono {
  const assets = pageAssets();
  const tries = limitTries();
  const routes = new Hono().use(async (context, next) => {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) context.header(name, value);
    await next();
  });
  for (const [path, { type, text }] of assets)
    routes.get(path, (context) => context.body(text, 200, { 'content-type': type }));
  return routes
    .use(atMost(LARGEST_BODY))
    .post('/peek', async (context) => {
      const token = await tokenIn(context.req.raw);
      const { claim, key } = await tries.count(context, token, () => keys.peek(token));
      return context.json(offerOf(claim, key));
    })
    .post('/reveal', async (context) => {
      const token = await tokenIn(context.req.raw);
      const { secret, key } = await tries.count(context, token, () => keys.take({ token }, aVisitor()));
      return context.json({ key: nameOf(key), secret: secret.reveal() });
    })
    .onError((error, context) => problemOf(context, error, onError));
}

/** Nobody is signed in here; the token is all that is known. Each press is a request of its own. */
function aVisitor() {
  const dedupe = { source: 'one-time-page', id: randomId('req') };
  return { actor: 'system:one-time-page', channel: 'http', dedupe, how: 'page' } as const;
}

async function tokenIn(request: Request): Promise<Secret> {
  const parsed = Body.safeParse(await request.json().catch(() => null));
  if (parsed.success) return new Secret(parsed.data.token);
  throw new Refusal('bad_body', 'Expected JSON with "token": the part of the link behind the #.');
}

function offerOf(claim: Claim, key: Key) {
  const { takenAt, takenBy, takenHow } = claim;
  return {
    key: nameOf(key),
    service: key.service,
    environment: key.environment,
    recipient: claim.recipient,
    offered_by: claim.offeredBy,
    expires_at: claim.expiresAt.toISOString(),
    taken: takenAt === null ? null : { at: takenAt.toISOString(), by: takenBy, how: takenHow },
  };
}
