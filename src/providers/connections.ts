import { join } from 'node:path';
import { type ConnectionSpec, type Method, type PathPart, type QueryValue, urlOf } from '../domain/connection.ts';
import type { Json } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import { scrubbed } from '../scrub-value.ts';
import { Secret } from '../secret.ts';
import { type Send, send as sendOverNetwork } from './outgoing.ts';
import { readPrivateFile } from './private-file.ts';

export interface HttpCall {
  method: Method;
  path: readonly PathPart[];
  query?: Readonly<Record<string, QueryValue>>;
  json?: Json;
  /** Sent as `Idempotency-Key`: the same for every attempt of the same call. */
  idempotencyKey?: string;
  signal: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  /** What the answer held; whatever looks like a secret in it is masked. */
  body: { kind: 'json'; json: Json } | { kind: 'empty' | 'not_json' };
  /** The `Retry-After` of an answer that has one. */
  retryAfter: string | null;
  ms: number;
}

/** One service that runbooks may call. What it says of itself is safe to show; the credential never leaves `send`. */
export interface Connection {
  name: string;
  spec: ConnectionSpec;
  /** The URL that a call would go to, without calling. Throws the same Refusals as `send`. */
  urlOf: (call: Pick<HttpCall, 'method' | 'path' | 'query'>) => string;
  /** Throws a Refusal for what is not allowed, and other errors when there is no answer. Redirects are answers. */
  send: (call: HttpCall) => Promise<HttpAnswer>;
}

export interface ConnectionDeps {
  /** connections.yaml as it is now. */
  specs: () => Promise<Readonly<Record<string, ConnectionSpec>>>;
  /** The keys folder; credentials are in `connections/` below it. */
  keysDir: string;
  /** What may be called from here at all, see allowedHost. */
  allow: readonly string[];
  now: () => Date;
  send?: Send;
}

/** Named connections, each looked up when it is used. Refusal `unknown_connection` for a name that connections.yaml does not have. */
export function openConnections(deps: ConnectionDeps): (name: string) => Promise<Connection> {
  return async (name) => {
    const specs = await deps.specs();
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined)
      throw new Refusal(
        'unknown_connection',
        `connections.yaml has no connection ${name}. It has: ${Object.keys(specs).sort().join(', ') || 'none'}.`,
      );
    return {
      name,
      spec,
      urlOf: (call) => urlOf({ name, spec }, call),
      send: (call) => sent(deps, { name, spec }, call),
    };
  };
}

const LARGEST_BODY = 256 * 1024;

async function sent(
  { keysDir, allow, now, send = sendOverNetwork }: ConnectionDeps,
  { name, spec }: { name: string; spec: ConnectionSpec },
  call: HttpCall,
): Promise<HttpAnswer> {
  const url = urlOf({ name, spec }, call);
  const body = call.json === undefined ? undefined : JSON.stringify(call.json);
  if (body !== undefined && Buffer.byteLength(body) > LARGEST_BODY)
    throw new Refusal('body_too_large', `The body for ${name} has more than ${LARGEST_BODY} bytes; it was not sent.`);
  const headers = {
    accept: 'application/json',
    'user-agent': 'rekey',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
    ...credentialOf(spec, keysDir),
  };
  const began = now().getTime();
  const answer = await send(url, {
    method: call.method,
    allow,
    headers,
    signal: call.signal,
    timeoutMs: spec.timeout_seconds * 1_000,
    ...(body === undefined ? {} : { body }),
  });
  const ms = Math.max(0, now().getTime() - began);
  return { status: answer.status, body: bodyOf(answer.text), retryAfter: answer.retryAfter, ms };
}

function credentialOf({ auth }: ConnectionSpec, keysDir: string): Record<string, string> {
  if (auth.type === 'none') return {};
  const secret = secretIn(join(keysDir, 'connections', auth.secret_file));
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${secret.reveal()}` };
    case 'basic':
      // A secret of its own, so that a service which repeats the header does not tell it.
      return { authorization: `Basic ${new Secret(encoded(`${auth.user}:${secret.reveal()}`)).reveal()}` };
    case 'header':
      return { [auth.header.toLowerCase()]: secret.reveal() };
    default:
      return auth satisfies never;
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

// Read at each call: a credential that was changed counts from the next one on.
export function secretIn(file: string): Secret {
  const text = readPrivateFile(file).trim();
  // A line break would end the header and begin another.
  if (/^[\x21-\x7e]{8,}$/.test(text)) return new Secret(text);
  throw new Refusal(
    'bad_credential',
    `${file} must hold one credential: at least 8 printable characters on one line, without spaces.`,
  );
}

function bodyOf(text: string): HttpAnswer['body'] {
  if (text.trim() === '') return { kind: 'empty' };
  try {
    return { kind: 'json', json: scrubbed(JSON.parse(text)) };
  } catch {
    return { kind: 'not_json' };
  }
}
