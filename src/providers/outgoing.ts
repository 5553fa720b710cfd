import { BlockList, isIP, type Socket } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import { Refusal } from '../errors.ts';

const LARGEST_ANSWER = 1024 * 1024;
const TOTAL_MS = 10_000;

export interface OutgoingOptions {
  /** `host` or `host:port`, exactly as the URL spells them. A private or loopback address is reachable only by being named here. */
  allow: readonly string[];
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * The one way out of this process by HTTP besides Slack. Refusal `host_not_allowed` before anything is sent. No redirects, at most 1 MiB
 * and 10 s. The address that is really connected to is checked too, so a name that resolves elsewhere does not help.
 */
export async function get(
  url: string,
  { allow, headers = {}, signal }: OutgoingOptions,
): Promise<{ status: number; text: string }> {
  const target = allowedTarget(url, allow);
  const deadline = AbortSignal.timeout(TOTAL_MS);
  const agent = new Agent({
    connect: guardedConnector(target),
    maxResponseSize: LARGEST_ANSWER,
    headersTimeout: TOTAL_MS,
    bodyTimeout: TOTAL_MS,
  });
  try {
    const answer = await request(target.url, {
      dispatcher: agent,
      headers,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } finally {
    await agent.destroy();
  }
}

interface Target {
  url: URL;
  /** The operator named this very address, so that it may be private. */
  named: boolean;
}

function allowedTarget(text: string, allow: readonly string[]): Target {
  if (!URL.canParse(text)) throw new Refusal('bad_url', `Expected an http or https URL; got "${text}".`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Refusal('bad_url', `Only http and https are called; got ${url.protocol}//…`);
  if (url.username !== '' || url.password !== '')
    throw new Refusal('bad_url', 'A URL with a user name or password in it is not called.');
  const named = allow.includes(url.host) || allow.includes(url.hostname);
  // `new URL` has already turned 0x7f.1, 2130706433 and full-width digits into the address they mean.
  const spelled = /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1]?.toLowerCase();
  if (named && spelled === url.host.toLowerCase()) return { url, named: true };
  throw new Refusal(
    'host_not_allowed',
    `${url.host} is not among the hosts that may be called (${allow.join(', ') || 'none'}). Add it to REKEY_PROBE_HOSTS if it should be.`,
  );
}

/** Addresses that a name must never lead to unless the name itself is such an address: private, loopback, link-local, metadata … */
const internal = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  internal.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2002::', 16],
] as const)
  internal.addSubnet(network, prefix, 'ipv6');

export function isInternal(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  return family === 0 || internal.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

function guardedConnector({ url, named }: Target): buildConnector.connector {
  const connect = buildConnector({ timeout: 5_000 });
  const literal = isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0 || url.hostname === 'localhost';
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error !== null || socket === null) return callback(error ?? new Error('no connection'), null);
      const peer = peerOf(socket);
      if (!isInternal(peer) || (named && literal)) return callback(null, socket);
      socket.destroy();
      callback(
        new Refusal(
          'host_not_allowed',
          `${url.hostname} leads to the internal address ${peer}; nothing was sent. Name the address itself if it is meant.`,
        ),
        null,
      );
    });
  };
}

function peerOf(socket: Socket): string {
  return socket.remoteAddress ?? '0.0.0.0';
}
