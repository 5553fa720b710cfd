import { isIP } from 'node:net';
import { Refusal } from '../errors.ts';
import { type Reach, reachOf } from './address.ts';

/** One line of an allow-list: a host that may be called, on which port, and what kind of address it may lead to. */
export interface AllowedHost {
  /** As `URL.hostname` spells it, without the brackets of IPv6. */
  host: string;
  /** Null: only the scheme's own port, 443 or 80. */
  port: number | null;
  reach: ReadonlySet<Reach>;
}

// A `*` is a host to the URL parser; here it would look like a wildcard and be none.
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])$/;
const EXPECTED = 'Expected host or host:port, and " private" or " loopback" behind a name that leads inside';

/**
 * Reads `api.example.com`, `api.example.com:8443`, `127.0.0.1:7010`, `localhost:7010` or `payments.internal:8443 private`.
 * An address and `localhost` say themselves where they lead; any other name may lead inside only when that is written behind it, so
 * that whoever controls a public name cannot point it at our network.
 */
export function allowedHost(entry: string): AllowedHost {
  const [authority = '', mark, ...more] = entry.trim().split(/\s+/);
  const url = URL.canParse(`http://${authority}`) ? new URL(`http://${authority}`) : null;
  if (url === null || more.length > 0 || !spelledAs(authority, url, 80) || !HOST.test(url.hostname))
    throw badEntry(entry, EXPECTED);
  const host = bare(url.hostname);
  const port = /:(\d+)$/.exec(authority)?.[1];
  const reach = new Set<Reach>([reachOfHost(host)]);
  if (reach.has('never'))
    throw badEntry(entry, 'This address is reserved (link-local, metadata, multicast …) and never called');
  if (mark === 'private' || mark === 'loopback') reach.add(mark);
  else if (mark !== undefined) throw badEntry(entry, EXPECTED);
  return { host, port: port === undefined ? null : Number(port), reach };
}

/** The entry under which this URL may be called. Throws Refusal `bad_url` or `host_not_allowed` otherwise. */
export function allowedTarget(text: string, allow: readonly string[]): { url: URL; host: AllowedHost } {
  if (!URL.canParse(text)) throw new Refusal('bad_url', 'Expected an http or https URL; this is none.');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Refusal('bad_url', `Only http and https are called; this URL starts with ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw new Refusal('bad_url', 'A URL with a user name or password in it is not called.');
  const port = portOf(url);
  const spelled = /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
  const host = allow
    .map(allowedHost)
    .find((one) => one.host === bare(url.hostname) && (one.port ?? ownPort(url)) === port);
  // `new URL` turns 0x7f.1, 2130706433 and full-width digits into the address they mean; who writes it like that is hiding it.
  if (host !== undefined && spelledAs(spelled, url, ownPort(url))) return { url, host };
  throw new Refusal(
    'host_not_allowed',
    `${url.hostname} on port ${port} is not among the hosts that may be called (${allow.join(', ') || 'none'}). Add ${url.hostname}:${port} to REKEY_PROBE_HOSTS if it should be.`,
  );
}

/** Throws unless this address is of a kind that the allow-list names for the host. */
export function assertReach(host: AllowedHost, address: string, protocol: string): void {
  const reach = reachOf(address);
  if (!host.reach.has(reach) || reach === 'never') throw leadsInside(host, address, reach);
  if (protocol === 'http:' && reach === 'public')
    throw new Refusal(
      'plain_http',
      `${host.host} is on the public internet (${address}): the key would be readable on the way. Use https.`,
    );
}

function leadsInside({ host }: AllowedHost, address: string, reach: Reach): Refusal {
  const advice =
    reach === 'private' || reach === 'loopback' ? ` Write "${host} ${reach}" in REKEY_PROBE_HOSTS if it should.` : '';
  return new Refusal(
    'host_not_allowed',
    `${host} leads to ${address}, a ${reach === 'never' ? 'reserved' : reach} address; nothing was sent.${advice}`,
  );
}

function reachOfHost(host: string): Reach {
  if (isIP(host) !== 0) return reachOf(host);
  return host === 'localhost' || host.endsWith('.localhost') ? 'loopback' : 'public';
}

function spelledAs(authority: string, url: URL, ownPort: number): boolean {
  const spelled = authority.toLowerCase();
  return spelled === url.host || (url.port === '' && spelled === `${url.hostname}:${ownPort}`);
}

function ownPort(url: URL): number {
  return url.protocol === 'https:' ? 443 : 80;
}

function portOf(url: URL): number {
  return url.port === '' ? ownPort(url) : Number(url.port);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function badEntry(entry: string, problem: string): Refusal {
  return new Refusal('allow_entry', `"${entry}" cannot stand in the list of hosts that may be called. ${problem}.`);
}
