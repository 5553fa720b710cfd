import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { type ApiCall, PAYMENTS, paymentsApi } from '../demo/api.ts';
import type { openVerifier } from '../demo/verifier.ts';
import { PROBE_CALLER } from '../providers/probe-caller.ts';

export type Verify = ReturnType<typeof openVerifier>;

/** One place that verifies keys for its callers, on a port of its own. */
export interface Region {
  name: string;
  url: string;
  /** Whether it lets this key through just now, asked over the wire as Rekey's own probes do. */
  lets: (material: string) => Promise<boolean>;
}

export interface RegionOptions {
  name: string;
  verify: Verify;
  onCall: (call: ApiCall) => void;
  port: number;
}

export interface Listening {
  url: string;
  stop: () => Promise<void>;
}

export async function openRegion({ name, verify, onCall, port }: RegionOptions): Promise<Region & Listening> {
  const listening = await listen(paymentsApi({ verify, onCall }), port);
  return { name, ...listening, lets: async (material) => (await ping(listening.url, material)) === 200 };
}

/**
 * What stands before several regions. Whether a key works is asked of all of them, and only an answer on which they agree is one: of a
 * key that half of the world refuses nobody can say that it works, nor that it is dead.
 */
export async function openGateway(regions: readonly Region[], port: number): Promise<Listening> {
  const app = new Hono().all('/v1/*', async (context) => {
    const material = context.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    const answers = await Promise.all(regions.map((region) => ping(region.url, material)));
    const [first = 503] = answers;
    if (answers.every((status) => status === first)) return new Response(null, { status: first });
    return context.json({ error: 'The regions do not agree on this key.' }, 503);
  });
  return listen(app, port);
}

async function ping(url: string, material: string): Promise<number> {
  const headers = { authorization: `Bearer ${material}`, 'user-agent': PROBE_CALLER };
  const answer = await fetch(`${url}/v1/ping`, { headers, signal: AbortSignal.timeout(5_000) });
  await answer.arrayBuffer();
  return answer.status;
}

export function isPayment({ path }: ApiCall): boolean {
  return path === PAYMENTS;
}

function listen(app: Hono, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address) => {
      server.off('error', reject);
      const stop = () =>
        new Promise<void>((done) => {
          if ('closeAllConnections' in server) server.closeAllConnections();
          server.close(() => done());
        });
      resolve({ url: `http://127.0.0.1:${address.port}`, stop });
    });
    server.once('error', reject);
  });
}
