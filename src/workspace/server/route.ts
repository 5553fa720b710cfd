import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasOwnHost } from '../page/security.ts';
import { BodyTooLarge, type Exchange, sendJson, sendText } from './exchange.ts';

/** Each takes what follows its prefix in the path. */
export interface Routes {
  api(exchange: Exchange, method: string): Promise<void>;
  response(exchange: Exchange, id: string): Promise<void>;
  upload(exchange: Exchange, ticket: string): Promise<void>;
  page(exchange: Exchange): Promise<void>;
}

export async function route(request: IncomingMessage, response: ServerResponse, port: number, routes: Routes) {
  const exchange = { request, response, url: new URL(request.url ?? '/', 'http://127.0.0.1') };
  if (!hasOwnHost(exchange, port))
    return sendText(exchange, 403, 'This server answers only to its own loopback address.');
  try {
    await pick(exchange, routes);
  } catch (error) {
    if (error instanceof BodyTooLarge) return sendJson(exchange, 413, { ok: false, error: 'request_too_large' });
    console.error('The local workspace failed on', request.method, exchange.url.pathname, error);
    if (!response.headersSent) sendJson(exchange, 500, { ok: false, error: 'internal_error' });
  }
}

function pick(exchange: Exchange, routes: Routes): Promise<void> {
  const [, first = '', ...rest] = exchange.url.pathname.split('/');
  const tail = rest.join('/');
  if (first === 'api') return routes.api(exchange, tail);
  if (first === 'response') return routes.response(exchange, tail);
  if (first === 'upload') return routes.upload(exchange, tail);
  return routes.page(exchange);
}
