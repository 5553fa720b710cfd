import fc from 'fast-check';
import { z } from 'zod';
import type { Endpoint } from '../../src/http/api/endpoint.ts';
import { endpoints } from '../../src/http/api/index.ts';

export interface Hostile {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface Pools {
  /** Live, dead, narrowed and made-up keys to ask with. */
  tokens: readonly string[];
  /** Names of keys and claims that are there. */
  names: readonly string[];
  /** Keys that are pasted where none belongs, and where one does. */
  keys: readonly string[];
  /** What no answer may hold. */
  canaries: readonly string[];
}

type Schema = Record<string, unknown>;

/** What a field of this name usually holds, so that much of what is wrong gets past the door and as far as the verbs. */
const USUAL: Readonly<Record<string, readonly unknown[]>> = {
  owner: ['carol', 'group:oncall', 'nobody', null],
  escalation: ['group:oncall', 'bob', null],
  service: ['payments', 'billing'],
  environment: ['production', 'staging', 'staging'],
  runbook: ['R-ROTATE', null],
  recipient: ['person:carol', 'owner', 'token:may-read', 'group:oncall'],
  scopes: [[], ['payments:read'], ['keys:read'], ['audit:read', 'keys:revoke']],
  administers: [null, null, 'ledger'],
  place: [null, null, null, { sink: 'file', target: '/etc/passwd' }],
  probe_url: [null, null, 'https://example.org/probe'],
  secret_ref: [null, 'op://vault/item/field'],
  class: ['api_key', 'api_key', 'ephemeral'],
  claims: [null, null, { plan: 'gold' }],
  reason: ['because of a test', 'quarterly'],
  expires_in_days: [null, 1, 30, 90],
};

const AWKWARD = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  '😀',
  "' or 1=1 --",
  '{{7*7}}',
  '<script>',
  '../../etc/passwd',
  '%00',
  'null',
  '__proto__',
  'constructor',
];

/** Requests that are nearly right, wrong in one place or in all of them, and by who may not; from the catalogue of endpoints. */
export function hostileRequests(pools: Pools): fc.Arbitrary<Hostile> {
  return fc.oneof(...endpoints.map((endpoint) => requestTo(endpoint, pools)));
}

function requestTo(endpoint: Endpoint, pools: Pools): fc.Arbitrary<Hostile> {
  const part = (name: string) => {
    const schema = endpoint.input.shape[name];
    return schema instanceof z.ZodType
      ? valueFor(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), pools)
      : fc.constant({});
  };
  const method = often(endpoint.method.toUpperCase(), ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']);
  const name = mostly(fc.constantFrom(...pools.names), textOf(pools));
  return fc
    .record({
      method,
      name,
      query: part('query'),
      body: bodyOf(part('body')),
      headers: headersOf(endpoint, part('headers'), pools),
    })
    .map(({ name: id, query, ...rest }) => {
      const path = endpoint.path.replace('{id}', encodeURIComponent(id.toWellFormed()));
      return { ...rest, url: `${path}${queryOf(query)}` };
    });
}

function queryOf(query: unknown): string {
  if (typeof query !== 'object' || query === null) return '';
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, plain(one).toWellFormed()]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

function bodyOf(body: fc.Arbitrary<unknown>): fc.Arbitrary<string | undefined> {
  const json = body.map((value) => JSON.stringify(value));
  const broken = json.map((text) => text.slice(0, -1));
  const deep = fc.constantFrom('['.repeat(30_000), '{"a":'.repeat(5_000), '"'.repeat(1_000));
  const huge = fc.constant(JSON.stringify({ reason: 'x'.repeat(70_000) }));
  return fc.oneof(
    { weight: 30, arbitrary: json },
    { weight: 2, arbitrary: broken },
    { weight: 1, arbitrary: deep },
    { weight: 1, arbitrary: huge },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

function headersOf(endpoint: Endpoint, own: fc.Arbitrary<unknown>, pools: Pools): fc.Arbitrary<Record<string, string>> {
  const scheme = often('Bearer', ['bearer', 'Basic', 'Token', '']);
  const token = mostly(fc.constantFrom(...pools.tokens), textOf(pools));
  const named = fc.option(mostly(fc.constantFrom('a-1', 'a-2', 'a-3'), textOf(pools)), { nil: undefined, freq: 1 });
  return fc
    .record({ scheme, token, named, id: fc.option(textOf(pools), { nil: undefined }), own })
    .map(({ scheme: how, token: key, named: request, id, own: more }) => {
      const given: Record<string, unknown> = {
        ...Object(more),
        authorization: `${how} ${key}`,
        'idempotency-key': request,
        'x-request-id': id,
      };
      if (endpoint.scope === null) delete given.authorization;
      const texts = Object.entries(given)
        .filter(([name, value]) => value !== undefined && /^[A-Za-z0-9-]{1,64}$/.test(name))
        .map(([name, value]) => [name, headerText(plain(value))]);
      return Object.fromEntries(texts);
    });
}

const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '~').trim();

/** What the schema wants, and now and then something else. */
function valueFor(schema: Schema, pools: Pools): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 25, arbitrary: fitting(schema, pools) }, { weight: 1, arbitrary: anything(pools) });
}

function fitting(schema: Schema, pools: Pools): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const variants = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(variants)) return fc.oneof(...variants.map((one: Schema) => valueFor(one, pools)));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, pools);
    case 'array':
      return fc.array(valueFor(Object(schema.items), pools), { maxLength: 4 });
    case 'integer':
    case 'number':
      return mostly(numberIn(schema), fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(0, -1, 1e308, -0)));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return stringOf(schema, pools);
    default:
      return anything(pools);
  }
}

function numberIn({ minimum, maximum }: Schema): fc.Arbitrary<number> {
  const [min, max] = [Number(minimum ?? 0), Number(maximum ?? 1_000)];
  return fc.integer({ min: Math.max(min, -1e6), max: Math.min(max, 1e6) });
}

function stringOf({ pattern, format }: Schema, pools: Pools): fc.Arbitrary<string> {
  const named = fc.constantFrom(
    ...pools.names,
    'payments',
    'production',
    'carol',
    'group:oncall',
    'owner',
    'person:carol',
    'file',
    'keys:read',
  );
  if (format === 'date-time')
    return mostly(
      fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString()),
      textOf(pools),
    );
  // Lookaheads and classes of Unicode are more than a generator of matching text understands.
  const simple =
    typeof pattern === 'string' && !/\(\?|\\p/.test(pattern)
      ? fc.stringMatching(new RegExp(pattern))
      : fc.string({ minLength: 1, maxLength: 30 });
  return fc.oneof(
    { weight: 6, arbitrary: named },
    { weight: 5, arbitrary: simple },
    { weight: 2, arbitrary: textOf(pools) },
  );
}

function objectOf({ properties, required }: Schema, pools: Pools): fc.Arbitrary<unknown> {
  const fields = Object.entries(Object(properties)).map(([name, field]): [string, fc.Arbitrary<unknown>] => [
    name,
    fieldOf(name, Object(field), pools),
  ]);
  const needed = Array.isArray(required) ? required.map(String) : [];
  const whole = fc.record<Record<string, unknown>>(Object.fromEntries(fields), { requiredKeys: needed });
  const extra = fc
    .tuple(whole, textOf(pools), anything(pools))
    .map(([object, name, value]) => ({ ...Object(object), [name]: value }));
  return fc.oneof({ weight: 20, arbitrary: whole }, { weight: 1, arbitrary: extra });
}

function fieldOf(name: string, schema: Schema, pools: Pools): fc.Arbitrary<unknown> {
  const material = schema.pattern === undefined && /^(x-original-api-key|key|material)$/.test(name);
  const usual = material ? [...pools.keys, ...pools.names] : USUAL[name];
  return usual === undefined ? valueFor(schema, pools) : mostly(fc.constantFrom(...usual), valueFor(schema, pools));
}

function anything(pools: Pools): fc.Arbitrary<unknown> {
  return fc.oneof(
    textOf(pools),
    fc.double(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.dictionary(fc.string(), fc.anything({ maxDepth: 1 }).map(String), { maxKeys: 3 }),
  );
}

function textOf({ keys }: Pools): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...AWKWARD),
    fc.constantFrom(...keys),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.integer({ min: 200, max: 9_000 }).map((length) => 'x'.repeat(length)),
  );
}

function mostly<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

function often<T>(usual: T, others: readonly T[]): fc.Arbitrary<T> {
  return mostly(fc.constant(usual), fc.constantFrom(...others));
}
