import type { Client } from '../people/client.ts';
import { type Exchange, readBody, sendJson, sendText } from '../server/exchange.ts';
import type { ActingPerson } from '../workspace.ts';
import type { World } from '../world.ts';
import { openEventStream } from './event-stream.ts';
import { actionNamed, problemOf } from './page-actions.ts';
import { bootstrapOf, pageEventOf } from './page-events.ts';
import type { Panels } from './panels.ts';
import { hasOwnOrigin, hasToken, PAGE_HEADERS } from './security.ts';
import { serveAsset } from './serve-assets.ts';

const MAX_BODY_BYTES = 256 * 1024;

interface Options {
  world: World;
  panels: Panels;
  token: string;
  transport: 'socket' | 'http';
  connections(): number;
  onConnections(listener: (connections: number) => void): void;
  actingAs(id: string): { client: Client; person: ActingPerson };
}

export interface PageServer {
  /** Takes `/`, `/assets/…` and `/page/…`. */
  serve(exchange: Exchange, port: number): Promise<void>;
  stop(): void;
}

export function openPageServer(options: Options): PageServer {
  const { world, panels, token } = options;
  const stream = openEventStream();
  const unsubscribe = [
    world.changes.subscribe((change) => stream.send(pageEventOf(change))),
    world.wire.subscribe((entry) => stream.send({ type: 'wire', entry })),
    panels.subscribe((id, point) => stream.send({ type: 'panel', id, point })),
  ];
  options.onConnections((connections) => stream.send({ type: 'connections', connections }));

  const get = async (exchange: Exchange, what: string) => {
    if (what === 'bootstrap') return sendJson(exchange, 200, bootstrapOf(world, panels, options));
    if (what === 'events') return stream.attach(exchange);
    if (what.startsWith('files/')) return sendFile(exchange, what.slice('files/'.length), world);
    return sendText(exchange, 404, 'There is no such page.');
  };

  return {
    async serve(exchange, port) {
      const { response, request, url } = exchange;
      for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
      if (!hasOwnOrigin(exchange, port)) return sendText(exchange, 403, 'Only the page itself may ask for this.');
      if (url.pathname.startsWith('/assets/')) return serveAsset(exchange, url.pathname.slice('/assets/'.length));
      if (!hasToken(exchange, token)) return sendText(exchange, 403, NO_TOKEN);
      if (url.pathname === '/') return serveAsset(exchange, 'index.html');
      const what = url.pathname.slice('/page/'.length);
      if (request.method === 'GET') return get(exchange, what);
      return act(exchange, what, options);
    },
    stop() {
      for (const end of unsubscribe) end();
      stream.stop();
    },
  };
}

const NO_TOKEN =
  'This page opens only with the address that was printed when the workspace started: it ends in ?token= and is new with every start.';

async function act(exchange: Exchange, name: string, { actingAs }: Options): Promise<void> {
  const action = actionNamed(name);
  if (!action || exchange.request.method !== 'POST') return sendText(exchange, 404, 'There is no such action.');
  try {
    const body: unknown = JSON.parse((await readBody(exchange.request, MAX_BODY_BYTES)).toString());
    sendJson(exchange, 200, await action(body, actingAs));
  } catch (error) {
    sendJson(exchange, 200, problemOf(error));
  }
}

function sendFile(exchange: Exchange, id: string, { files }: World): void {
  const file = files.find(id);
  if (!file) {
    sendText(exchange, 404, 'There is no such file.');
    return;
  }
  exchange.response.writeHead(200, { 'content-type': file.mimeType });
  exchange.response.end(file.bytes);
}
