import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/** Where a request comes from, for counting. Behind a proxy this is the proxy: what it says of its own callers is not proved. */
export function callerAddress(context: Context): string {
  if (!('incoming' in (context.env ?? {}))) return 'unknown';
  const { address = 'unknown', addressType } = getConnInfo(context).remote;
  // One subscriber has a whole /64 of IPv6.
  return addressType === 'IPv6' && !address.startsWith('::ffff:') ? address.split(':').slice(0, 4).join(':') : address;
}
