import { z } from 'zod';
import type { PathPart } from '../domain/connection.ts';
import type { Json, JsonObject } from '../domain/run.ts';

const JsonValue: z.ZodType<Json> = z.json();

/** `[keys, "${inputs.key.slug}"]`: each part is encoded whole, so that a value can neither leave its place nor name another. */
export const pathParts = z
  .array(z.union([z.string().min(1).max(200), z.int()]))
  .max(20)
  .describe('Parts of the path below the connection’s URL, each a word or a value.');

/** Where in a JSON answer a value stands. */
export const answerPlace = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+){0,9}$/, 'expected a place in the answer such as status or items.0.ready');

/** What an answer has to be. */
export const expectation = z.strictObject({
  status: z
    .array(z.int().min(100).max(599))
    .max(10)
    .default([])
    .describe('Statuses that count as success; 200 to 299 when none is listed.'),
  json: z
    .record(answerPlace, JsonValue)
    .default({})
    .describe('Values that have to stand in the answer: `status.ready: true`.'),
});

/** The parts of a path as the file has them, for the check at load; null for a reference. */
export function writtenPath(written: JsonObject): (PathPart | null)[] | null {
  const { path } = written;
  if (!Array.isArray(path)) return null;
  return path.map((part) => (typeof part === 'string' || typeof part === 'number' ? part : null));
}
