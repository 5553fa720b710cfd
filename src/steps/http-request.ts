import { z } from 'zod';
import { Method } from '../domain/connection.ts';
import { differsFrom, isExpectedStatus } from '../domain/expected-answer.ts';
import type { Json } from '../domain/run.ts';
import { OutsideTrouble } from '../error-class.ts';
import { sentenceOf } from '../errors.ts';
import { answerTrouble } from '../providers/answer-trouble.ts';
import type { Connection, HttpAnswer } from '../providers/connections.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { connectionName } from './fields.ts';
import { expectation, pathParts, writtenPath } from './http-fields.ts';

const With = z.strictObject({
  connection: connectionName.describe('A connection of connections.yaml.'),
  method: Method.describe('GET and HEAD only look; the others change something.'),
  path: pathParts.default([]),
  query: z
    .record(
      z.string().regex(/^[A-Za-z0-9._~-]{1,60}$/, 'expected a name of letters, digits, . _ ~ and -'),
      queryValue(),
    )
    .default({})
    .describe('Values of the query, each encoded.'),
  json: z.json().optional().describe('The body. A secret never fits here.'),
  expect: expectation
    .default({ status: [], json: {} })
    .describe('What the answer has to be; anything else fails the step.'),
  idempotent: z
    .boolean()
    .default(false)
    .describe(
      'true: the service keeps the Idempotency-Key that every call carries, or the call may be made twice. Without it a call that changes something is never repeated: a person says whether it happened.',
    ),
});
type Input = z.output<typeof With>;

const LARGEST_KEPT = 32 * 1024;

/**
 * One call of a named connection. Nothing of the URL, the headers or the body is put together from text: parts are values, encoded for where
 * they stand. What came back is masked before anything keeps it, and never logged.
 */
export const httpRequest = defineStep({
  uses: 'http.request',
  summary: 'Calls a named HTTP connection and checks the answer.',
  with: With,
  outputs: z.strictObject({
    status: z
      .int()
      .describe('The status of the answer; 0 when a person stated that a call left in doubt had happened.'),
    body: z
      .enum(['json', 'empty', 'not_json', 'too_large', 'unknown'])
      .describe(`What the answer held; \`too_large\`: more than ${LARGEST_KEPT / 1024} KB, of which nothing is kept.`),
    json: z.json().describe('The answer, with whatever looks like a secret masked; null unless `body` is `json`.'),
    ms: z.int().describe('How long it took, in milliseconds.'),
  }),
  effect: 'writes',
  repeat: 'ask',
  effectOf: ({ method, idempotent }) => {
    const looks = method === 'GET' || method === 'HEAD';
    return { effect: looks ? 'reads' : 'writes', repeat: looks || idempotent === true ? 'safe' : 'ask' };
  },
  calls: (written) => {
    const method = Method.safeParse(written.method).data;
    const path = writtenPath(written) ?? (written.path === undefined ? [] : null);
    if (method === undefined || path === null || typeof written.connection !== 'string') return [];
    return [{ connection: written.connection, method, path }];
  },
  undo: { kind: 'nothing', why: 'What a call did elsewhere only another call can take back; write it as a step.' },
  timeoutMs: 75_000,
  retry: { attempts: 4, backoffMs: 2_000 },
  rehearsal: 'scripted',
  forecast: async (input, context) => ({
    calls: [await plannedCall(input, context)],
    people: [],
    notices: [],
    enforcementDelayMs: null,
  }),
  perform: async (input, context) => {
    const connection = await context.connection(input.connection);
    const answer = await answered(connection, input, context);
    if ('unsent' in answer) return failed(connection, input, `${answer.unsent} Nothing was sent.`);
    return outcome(connection, input, { answer, now: context.now() });
  },
  // What the call answered is lost; that it happened is what the person said.
  adopt: async () => ({ kind: 'done', outputs: { status: 0, body: 'unknown', json: null, ms: 0 }, events: [] }),
});

function queryValue() {
  return z.union([z.string().max(500), z.number(), z.boolean()]);
}

// Nobody has to be asked about a call that never reached anybody.
const UNREACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

async function answered(
  connection: Connection,
  { method, path, query, json, idempotent }: Input,
  { step, signal }: StepContext,
): Promise<HttpAnswer | { unsent: string }> {
  try {
    return await connection.send({
      method,
      path,
      query,
      idempotencyKey: step.token,
      signal,
      ...(json === undefined ? {} : { json }),
    });
  } catch (error) {
    if (isOneTry({ method, idempotent }) && UNREACHED.has(codeOf(error)))
      return { unsent: `There was no answer: ${sentenceOf(error)}.` };
    throw error;
  }
}

function isOneTry({ method, idempotent }: Pick<Input, 'method' | 'idempotent'>): boolean {
  return method !== 'GET' && method !== 'HEAD' && !idempotent;
}

function outcome(connection: Connection, input: Input, { answer, now }: { answer: HttpAnswer; now: Date }): StepResult {
  const json = answer.body.kind === 'json' ? answer.body.json : null;
  const isExpected = isExpectedStatus(input.expect, answer.status);
  const trouble = isExpected ? null : answerTrouble(shownCall(connection, input), answer, now);
  // Whoever asked us to come back later has not done it: nobody has to be asked whether it happened.
  if (trouble !== null && !(isOneTry(input) && trouble.errorClass === 'rate_limited')) throw trouble;
  const difference = differsFrom(input.expect, { status: answer.status, json });
  if (difference === null) return done(answer);
  const why = `${capital(difference)}.`;
  // Only a 4xx says that nothing was done; after any other answer a call that may not be repeated may have had its effect.
  if (isOneTry(input) && (answer.status < 400 || answer.status > 499))
    throw new OutsideTrouble('refused', `${shownCall(connection, input)}: ${why}`);
  return failed(connection, input, why);
}

function done(answer: HttpAnswer): StepResult {
  return { kind: 'done', outputs: { status: answer.status, ...kept(answer), ms: answer.ms }, events: [] };
}

function failed(connection: Connection, input: Input, why: string): StepResult {
  return { kind: 'failed', error: `${shownCall(connection, input)}: ${why}`, events: [] };
}

// Without the query: what stands there came with the run, and this is kept for ever.
function shownCall(connection: Connection, { method, path }: Pick<Input, 'method' | 'path'>): string {
  return `${method} ${connection.urlOf({ method, path })}`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function kept({ body }: HttpAnswer): { body: string; json: Json } {
  if (body.kind !== 'json') return { body: body.kind, json: null };
  const isLarge = JSON.stringify(body.json).length > LARGEST_KEPT;
  return isLarge ? { body: 'too_large', json: null } : { body: 'json', json: body.json };
}

async function plannedCall(
  { connection, method, path, query }: Partial<Input>,
  context: { connection: StepContext['connection'] },
): Promise<string> {
  if (connection === undefined || method === undefined) return 'a call that is known during the run only';
  const found = await context.connection(connection);
  if (path === undefined) return `${method} ${found.spec.url}/…`;
  return `${method} ${found.urlOf({ method, path, ...(query === undefined ? {} : { query }) })}`;
}
