import { z } from 'zod';
import { CALLERS } from '../callers.ts';
import type { Endpoint } from './endpoint.ts';
import { type Json, jsonSchema, partOf } from './json-schema.ts';

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12 as zod writes it. What is refused is described once, as `Problem`. */
export function openApiDocument(endpoints: readonly Endpoint[]): Json {
  const schemas: Json = { Problem };
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints)
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint, schemas) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rekey',
      version: '1',
      description: 'The key ledger: keys, their rotation with grace, verification and audit. Readable at /v1/docs.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes: { token: TOKEN }, schemas },
  };
}

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key of this ledger; its scopes are its rights here. `keys:rotate@payments` is one for that service only.',
};

const TEXT = { type: 'string' };
const Problem = {
  type: 'object',
  description: 'RFC 9457. `title` says what was expected, what came and what to do.',
  required: ['type', 'title', 'status', 'instance'],
  properties: {
    type: { enum: [...Object.keys(CALLERS), 'internal', 'ledger', 'not_set_up'].map((code) => `urn:rekey:${code}`) },
    title: TEXT,
    status: { type: 'integer' },
    instance: { ...TEXT, description: 'urn:rekey:request:<id>; the log has it under the same id.' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { in: TEXT, field: TEXT, expected: TEXT, got: TEXT } },
    },
  },
};

function operation(endpoint: Endpoint, schemas: Json): Json {
  const { name, summary, description, scope, method, replay } = endpoint;
  const rights = scope === null ? 'Everybody may ask.' : `Needs the scope \`${scope}\`.`;
  const body = partOf(endpoint, 'body', schemas);
  return {
    operationId: name,
    summary,
    description: [description, rights].filter((part) => part !== undefined).join('\n\n'),
    security: scope === null ? [] : [{ token: [] }],
    parameters: [
      ...parametersIn(partOf(endpoint, 'params', schemas), 'path'),
      ...parametersIn(partOf(endpoint, 'query', schemas), 'query'),
      ...parametersIn(partOf(endpoint, 'headers', schemas), 'header'),
      ...(method === 'post' && replay !== 'fresh' ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body === null ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...answersOf(endpoint, schemas), default: PROBLEM },
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Names this request: when it comes again it gets the first answer and has no second effect. Kept for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
};

const PROBLEM = {
  description: 'Refused',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function answersOf({ answers }: Endpoint, schemas: Json): Json {
  const described = Object.entries(answers).map(([status, { says, schema }]) => {
    const json = { 'application/json': { schema: jsonSchema(schema, 'output', schemas) } };
    return [status, { description: says, ...(schema instanceof z.ZodNull ? {} : { content: json }) }];
  });
  return Object.fromEntries(described);
}

const Shape = z.object({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })).default({}),
  required: z.array(z.string()).default([]),
});

function parametersIn(part: Json | null, place: 'path' | 'query' | 'header'): Json[] {
  const { properties, required } = Shape.parse(part ?? {});
  return Object.entries(properties).map(([name, { description, ...schema }]) => {
    const needed = place === 'path' || required.includes(name);
    return { name, in: place, required: needed, ...(description === undefined ? {} : { description }), schema };
  });
}
