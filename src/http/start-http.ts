import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Refusal, sentenceOf } from '../errors.ts';
import { apiRoutes } from './api/api-routes.ts';
import type { ApiDeps } from './api/deps.ts';
import { type BounceDeps, bounceRoutes } from './bounces.ts';
import { claimRoutes } from './claim/claim-routes.ts';
import { type HookDeps, hookRoutes } from './hooks.ts';
import { problemOf, type Report } from './problem.ts';
import { requestIds, type WithRequestId } from './request-id.ts';
import { type SecondFactorPageDeps, secondFactorRoutes } from './second-factor/routes.ts';

const LEAVE_AFTER_MS = 5_000;
const USHER_MS = 50;

export interface AppDeps {
  hooks: HookDeps & BounceDeps;
  api: ApiDeps;
  secondFactor: Omit<SecondFactorPageDeps, 'onError'>;
  /** What is not ready, by part; empty when everything is. */
  notReady: () => Promise<Record<string, string>>;
  /** Gets what is not the caller's to mend, under the id that the caller was given. */
  onError: Report;
}

export interface HttpDeps extends AppDeps {
  host: string;
  port: number;
}

export interface HttpServer {
  url: string;
  /** Takes no new requests and waits up to five seconds for those in hand. */
  stop: () => Promise<void>;
}

/** Health, hooks, the API, the page on which a secret is claimed and the one on which somebody sets up their codes. Throws Refusal `port_in_use` or `cannot_listen`. */
export function startHttp(deps: HttpDeps): Promise<HttpServer> {
  return listen(httpApp(deps), deps);
}

export function httpApp(deps: AppDeps): Hono<WithRequestId> {
  return new Hono<WithRequestId>()
    .use(requestIds)
    .get('/healthz', (context) => context.text('ok\n'))
    .get('/readyz', async (context) => {
      const waiting = await deps.notReady();
      const ready = Object.keys(waiting).length === 0;
      return context.json({ ready, waiting }, ready ? 200 : 503);
    })
    .route('/hooks', bounceRoutes(deps.hooks))
    .route('/hooks', hookRoutes(deps.hooks))
    .route('/claim', claimRoutes({ keys: deps.api.keys, onError: deps.onError }))
    .route('/second-factor', secondFactorRoutes({ ...deps.secondFactor, onError: deps.onError }))
    .route('/', apiRoutes(deps.api, deps.onError))
    .notFound((context) => problemOf(context, unknownRoute(), deps.onError))
    .onError((error, context) => problemOf(context, error, deps.onError));
}

// Without what was asked for: somebody may have put a key into the address.
function unknownRoute(): Refusal {
  const there =
    'GET /healthz, GET /readyz, POST /hooks/<name>, GET /claim, GET /second-factor and the API, which GET /v1/docs describes';
  return new Refusal('unknown_route', `There is nothing here; there are ${there}.`);
}

function listen(app: Hono<WithRequestId>, { host, port, onError }: HttpDeps): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
      server.off('error', refuse);
      server.on('error', (error) => onError(error, 'listening'));
      const shown = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${shown}:${address.port}`, stop: () => stopped(server) });
    });
    const refuse = (cause: NodeJS.ErrnoException) => reject(cannotListen({ host, port }, cause));
    server.once('error', refuse);
  });
}

function cannotListen({ host, port }: { host: string; port: number }, cause: NodeJS.ErrnoException): Refusal {
  if (cause.code === 'EADDRINUSE')
    return new Refusal(
      'port_in_use',
      `Port ${port} on ${host} is taken by another program. Set REKEY_HTTP_PORT to a free one (0 picks any).`,
      { cause },
    );
  return new Refusal(
    'cannot_listen',
    `Cannot listen on ${host}:${port}: ${sentenceOf(cause)}. Set REKEY_HTTP_HOST to an address of this machine and REKEY_HTTP_PORT to 1024 or more.`,
    { cause },
  );
}

function stopped(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((done) => {
    const leaveAt = Date.now() + LEAVE_AFTER_MS;
    // A client that keeps its connection after the last answer would hold the whole stop up.
    const ushering = setInterval(() => {
      if (!('closeIdleConnections' in server)) return;
      server.closeIdleConnections();
      if (Date.now() > leaveAt) server.closeAllConnections();
    }, USHER_MS);
    server.close(() => {
      clearInterval(ushering);
      done();
    });
  });
}
