import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

export type Json = Record<string, unknown>;
export type Part = 'params' | 'query' | 'headers' | 'body';

const Written = z.looseObject({ $schema: z.string().optional(), $defs: z.record(z.string(), z.unknown()).default({}) });

/** A schema as JSON Schema 2020-12. What is named (`meta({ id })`) goes into `named`, once; the rest stands where it is used. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', named: Json): Json {
  const written = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  const moved: unknown = JSON.parse(JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/'));
  const { $schema: _, $defs, ...rest } = Written.parse(moved);
  Object.assign(named, $defs);
  return rest;
}

/** What one part of a request has to be, or null when the endpoint does not look at it. */
export function partOf({ input }: Pick<Endpoint, 'input'>, part: Part, named: Json): Json | null {
  const schema = input.shape[part];
  return schema instanceof z.ZodType ? jsonSchema(schema, 'input', named) : null;
}
