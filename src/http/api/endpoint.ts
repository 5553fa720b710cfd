import type { z } from 'zod';
import type { ApiScope } from '../../domain/authority.ts';
import type { Origin } from '../../engine/engine.ts';
import type { Secret } from '../../secret.ts';
import type { Caller } from './caller.ts';
import type { ApiDeps } from './deps.ts';
import { readInput } from './read-input.ts';

export type Answers = Readonly<Record<number, { says: string; schema: z.ZodType }>>;

/** What every endpoint may use. `origin` is what its change is recorded under. */
export interface ApiContext {
  deps: ApiDeps;
  caller: Caller;
  origin: Origin;
}

/** `once`: fields that leave in the first answer and are never kept; a replay has `shown_once` in their place. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  once?: Record<string, Secret>;
}

type AnswerOf<A extends Answers> = {
  [S in keyof A & number]: Omit<Answer, 'status' | 'body'> & { status: S; body: z.input<A[S]['schema']> };
}[keyof A & number];

/** The parts of a request as they came; what an endpoint does not name has to be empty. */
export interface RawRequest {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  headers: Record<string, unknown>;
  body: unknown;
}

interface Facts {
  /** The operation's id: `rotate_key`. */
  name: string;
  method: 'get' | 'post';
  /** `/v1/keys/{id}/rotate` */
  path: string;
  summary: string;
  /** What a reader of the documentation has to know besides. */
  description?: string;
  /** What the token needs; null: everybody may ask. */
  scope: ApiScope | null;
  /** Checks come with every call of every service: they are counted apart, and far more of them are let through. */
  lane?: 'calls' | 'checks';
  /** `fresh`: asking twice has no second effect, and an old answer would be a wrong one. */
  replay?: 'kept' | 'fresh';
  /** The code for a token that is missing or refused, where 401 means something else. */
  unauthorizedAs?: string;
  /** Fields of the body that key material belongs into; anywhere else it is refused. */
  confidential?: readonly string[];
  answers: Answers;
}

export interface Endpoint extends Facts {
  input: z.ZodObject;
  /** Throws DetailedRefusal `bad_body` or `bad_request`. `asked` is what two requests with one idempotency key are compared by. */
  read: (raw: RawRequest) => { asked: object; perform: (context: ApiContext) => Promise<Answer> };
}

/** One file an endpoint: `input` is an object of the parts `params`, `query`, `headers` and `body`, each a strict object. */
export function endpoint<I extends z.ZodObject, A extends Answers>({
  perform,
  ...facts
}: Facts & {
  input: I;
  answers: A;
  perform: (input: z.output<I>, context: ApiContext) => Promise<AnswerOf<A>>;
}): Endpoint {
  return {
    ...facts,
    read: (raw) => {
      const asked = readInput(facts.input, raw);
      return { asked, perform: (context) => perform(asked, context) };
    },
  };
}

/** An answer whose status keeps its literal type, so that its body is checked against the schema of that status. */
export function answer<const S extends number, B>(status: S, body: B, more: Pick<Answer, 'headers' | 'once'> = {}) {
  return { status, body, ...more };
}
