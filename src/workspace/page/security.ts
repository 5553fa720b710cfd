import { sameText } from '../same-text.ts';
import type { Exchange } from '../server/exchange.ts';

/** A click on this page runs runbooks, so nothing but this page, opened with this run's token, may ask for one. */
export const PAGE_HEADERS: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A name that resolves here by DNS rebinding still carries its own name in Host. */
export function hasOwnHost({ request }: Exchange, port: number): boolean {
  return ownHosts(port).includes(request.headers.host ?? '');
}

/**
 * Browsers send Origin with every cross-site POST; a page elsewhere cannot leave it out or forge it. Following the printed
 * link from anywhere is fine: whoever opens a page by navigation cannot read it.
 */
export function hasOwnOrigin({ request }: Exchange, port: number): boolean {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
  if ((site === 'cross-site' || site === 'same-site') && mode !== 'navigate') return false;
  return origin === undefined || ownHosts(port).some((host) => origin === `http://${host}`);
}

/** In a header; in the query only for reading, where the browser cannot send a header. */
export function hasToken({ request, url }: Exchange, token: string): boolean {
  const header = request.headers['x-page-token'];
  const query = request.method === 'GET' ? url.searchParams.get('token') : null;
  return sameText(typeof header === 'string' ? header : (query ?? ''), token);
}

const ownHosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];
