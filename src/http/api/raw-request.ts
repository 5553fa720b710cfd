import type { Context } from 'hono';
import { Refusal } from '../../errors.ts';
import { holdsSecret } from '../../scrub.ts';
import type { Endpoint, RawRequest } from './endpoint.ts';

const DEEPEST = 16;

/** The parts of a request as they came. Refusals `bad_body`, and `secret_in_body` when key material is where none belongs. */
export async function rawRequestOf(context: Context, { method, confidential = [] }: Endpoint): Promise<RawRequest> {
  const raw = {
    params: context.req.param(),
    query: singles(context.req.queries()),
    headers: context.req.header(),
    body: method === 'post' ? jsonOf(await textOf(context)) : undefined,
  };
  if (holdsSecret([raw.params, raw.query, without(raw.body, confidential)]))
    throw new Refusal(
      'secret_in_body',
      'The request holds what looks like a live key where none belongs; nothing was kept. Name keys by slug or id, and treat that key as exploited.',
    );
  return raw;
}

/** A name that was given twice keeps both values, so that its schema refuses it: which of them counts is nobody's guess. */
function singles(queries: Record<string, string[]>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

function without(body: unknown, names: readonly string[]): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

async function textOf(context: Context): Promise<string> {
  const bytes = await context.req.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Refusal('bad_body', 'The body is not text in UTF-8.', { cause });
  }
}

/** No body at all is an empty one: several verbs need nothing but their address. */
function jsonOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  if (nesting(text) > DEEPEST)
    throw new Refusal('bad_body', `The body is nested deeper than ${DEEPEST}; nothing here is.`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal('bad_body', 'The body is not JSON.', { cause });
  }
}

// Counted before it is parsed: whatever walks deep JSON afterwards would run out of stack.
function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const [bracket] of text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '').matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
