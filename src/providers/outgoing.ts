import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { buildConnector, Client, errors, request } from 'undici';
import { OutsideTrouble } from '../error-class.ts';
import { Refusal } from '../errors.ts';
import { type AllowedHost, allowedTarget, assertReach } from './allowed-host.ts';

const LARGEST_ANSWER = 1024 * 1024;
const TOTAL_MS = 10_000;
const CONNECT_MS = 5_000;

export interface OutgoingOptions {
  /** What may be called from here, see allowedHost. */
  allow: readonly string[];
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** For the whole call, name look-up included. */
  timeoutMs?: number;
}

export interface SendOptions extends OutgoingOptions {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: string;
}

export interface Answer {
  status: number;
  text: string;
}

export type Get = (url: string, options: OutgoingOptions) => Promise<Answer>;
/** `retryAfter`: the header of that name, as it came. */
export type Send = (url: string, options: SendOptions) => Promise<Answer & { retryAfter: string | null }>;

/** What the guard stands on; others than the machine's own only in tests. */
export interface Network {
  /** All addresses of a name. */
  resolve: (host: string) => Promise<string[]>;
  connect: buildConnector.connector;
}

const machine: Network = {
  resolve: async (host) => (await lookup(host, { all: true })).map((one) => one.address),
  connect: buildConnector({ timeout: CONNECT_MS, maxCachedSessions: 0, allowH2: false }),
};

/**
 * The one way out of this process by HTTP besides Slack. The URL is checked against the allow-list, every address that the name leads
 * to is checked before anything is connected, and the peer is checked again before anything is sent. Redirects are not followed: a 302 is
 * the answer. At most 1 MiB and 10 s. Throws a Refusal for what is not allowed, and other errors when there is no answer.
 */
export function guardedSend(network: Network): Send {
  return async (text, { method, body, allow, headers = {}, signal, timeoutMs = TOTAL_MS }) => {
    const { url, host } = allowedTarget(text, allow);
    const deadline = AbortSignal.timeout(timeoutMs);
    const end = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    // A client of its own for each call: a pooled connection would carry the permission of one call into another.
    const client = new Client(url.origin, {
      connect: guarded({ network, host, end }),
      maxResponseSize: LARGEST_ANSWER,
    });
    try {
      const sent = body === undefined ? {} : { body };
      const answer = await request(url, { dispatcher: client, method, headers, signal: end, ...sent });
      const { 'retry-after': retryAfter } = answer.headers;
      return {
        status: answer.statusCode,
        text: await answer.body.text(),
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
      };
    } catch (error) {
      throw explained(error, { url, timedOut: deadline.aborted, timeoutMs });
    } finally {
      void client.destroy();
    }
  };
}

export function guardedGet(network: Network): Get {
  const send = guardedSend(network);
  return async (url, options) => {
    const { status, text } = await send(url, { ...options, method: 'GET' });
    return { status, text };
  };
}

export const send: Send = guardedSend(machine);
export const get: Get = guardedGet(machine);

interface Dialling {
  network: Network;
  host: AllowedHost;
  /** undici does not interrupt a connector, so it has to end by itself. */
  end: AbortSignal;
}

function guarded(dialling: Dialling): buildConnector.connector {
  return (options, callback) => {
    connectChecked(dialling, options).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function connectChecked({ network, host, end }: Dialling, options: buildConnector.Options): Promise<Socket> {
  const addresses = isIP(host.host) === 0 ? await before(end, network.resolve(host.host)) : [host.host];
  // All of them before the first is tried: a name that leads inside with one of its addresses is not to be trusted with another.
  for (const address of addresses) assertReach(host, address, options.protocol);
  let failure: unknown = new Error(`${host.host} has no address`);
  for (const address of addresses) {
    end.throwIfAborted();
    // The address that was checked, not the name: a second look-up could answer otherwise. TLS still verifies the name.
    const dialled = connected(network, { ...options, hostname: address, servername: tlsNameOf(host) });
    end.addEventListener(
      'abort',
      () =>
        void dialled.then(
          (late) => late.destroy(),
          () => {},
        ),
      { once: true },
    );
    try {
      return checkedPeer(await before(end, dialled), host, options.protocol);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      failure = error;
    }
  }
  throw failure;
}

function connected(network: Network, options: buildConnector.Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    network.connect(options, (error, socket) => (error === null ? resolve(socket) : reject(error)));
  });
}

async function before<T>(end: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = () => {};
  const over = new Promise<never>((_, reject) => {
    stop = () => reject(end.reason);
    end.addEventListener('abort', stop, { once: true });
  });
  try {
    end.throwIfAborted();
    return await Promise.race([work, over]);
  } finally {
    end.removeEventListener('abort', stop);
  }
}

function checkedPeer(socket: Socket, host: AllowedHost, protocol: string): Socket {
  try {
    assertReach(host, socket.remoteAddress ?? 'nowhere', protocol);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function tlsNameOf({ host }: AllowedHost): string {
  return isIP(host) === 0 ? host : '';
}

function explained(
  error: unknown,
  { url, timedOut, timeoutMs }: { url: URL; timedOut: boolean; timeoutMs: number },
): unknown {
  if (error instanceof errors.ResponseExceededMaxSizeError)
    // The request was sent and answered: what it did there is done, so this is no clear no.
    return new OutsideTrouble(
      'server_error',
      `${url.host} answered with more than ${LARGEST_ANSWER} bytes; that is not read.`,
      { cause: error },
    );
  return timedOut ? new Error(`no answer within ${timeoutMs} ms`, { cause: error }) : error;
}
