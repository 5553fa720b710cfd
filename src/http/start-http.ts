import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Refusal } from '../errors.ts';
import { type HookDeps, hookRoutes } from './hooks.ts';
import { problemOf } from './problem.ts';
import { type VerifyDeps, verifyRoutes } from './verify.ts';

export interface HttpDeps {
  host: string;
  port: number;
  hooks: HookDeps;
  verify: VerifyDeps;
  /** What is not ready, by part; empty when everything is. */
  notReady: () => Promise<Record<string, string>>;
  onError: (error: unknown) => void;
}

export interface HttpServer {
  url: string;
  stop: () => Promise<void>;
}

/** Health, hooks and verification. Throws Refusal `port_in_use` when the port is taken. */
export async function startHttp(deps: HttpDeps): Promise<HttpServer> {
  const app = new Hono()
    .get('/healthz', (context) => context.text('ok\n'))
    .get('/readyz', async (context) => {
      const waiting = await deps.notReady();
      return context.json(
        { ready: Object.keys(waiting).length === 0, waiting },
        Object.keys(waiting).length === 0 ? 200 : 503,
      );
    })
    .route('/hooks', hookRoutes(deps.hooks))
    .route('/v1/keys/verify', verifyRoutes(deps.verify))
    .notFound((context) =>
      problemOf(
        context,
        new Refusal('unknown_route', `There is nothing at ${context.req.method} ${context.req.path}.`),
      ),
    )
    .onError((error, context) => {
      if (!(error instanceof Refusal)) deps.onError(error);
      return problemOf(context, error);
    });
  return listen(app, deps);
}

function listen(app: Hono, { host, port, onError }: HttpDeps): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
      const shown = host.includes(':') ? `[${host}]` : host;
      resolve({
        url: `http://${shown}:${address.port}`,
        stop: () => new Promise((stopped) => server.close(() => stopped())),
      });
    });
    server.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') {
        reject(
          new Refusal(
            'port_in_use',
            `Port ${port} on ${host} is taken by another program. Set REKEY_HTTP_PORT to a free one (0 picks any).`,
            { cause },
          ),
        );
      } else {
        onError(cause);
        reject(cause);
      }
    });
  });
}
