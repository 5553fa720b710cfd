import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { peek } from '../../../src/engine/keys/claims.ts';
import { take } from '../../../src/engine/keys/take.ts';
import { claimRoutes } from '../../../src/http/claim/claim-routes.ts';
import { aClaimsWorld, type ClaimsWorld } from '../../support/claims-world.ts';

export interface ClaimServer extends ClaimsWorld {
  url: string;
  /** Every address and header that came in, as a proxy in front would log them. */
  asked: string[];
  reported: unknown[];
  post: (what: 'peek' | 'reveal', token: string, headers?: Record<string, string>) => Promise<Response>;
}

/** The one-time page over a real ledger, listening on a free port. */
export async function aClaimServer(): Promise<ClaimServer> {
  const world = await aClaimsWorld();
  const { deps } = world;
  const [asked, reported]: [string[], unknown[]] = [[], []];
  const keys = {
    peek: (token: Parameters<typeof peek>[1]) => peek(deps, token),
    take: (which: Parameters<typeof take>[1], request: Parameters<typeof take>[2]) => take(deps, which, request),
  };
  const app = new Hono()
    .use(async (context, next) => {
      asked.push(`${context.req.method} ${context.req.url} ${JSON.stringify(context.req.header())}`);
      await next();
    })
    .route('/claim', claimRoutes({ keys, onError: (error) => reported.push(error) }));
  const url = await new Promise<string>((listening) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      listening(`http://127.0.0.1:${port}`),
    );
    onTestFinished(() => new Promise<void>((closed) => void server.close(() => closed())));
  });
  const post: ClaimServer['post'] = (what, token, headers = {}) =>
    fetch(`${url}/claim/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      body: JSON.stringify({ token }),
    });
  return { ...world, url, asked, reported, post };
}
