import { z } from 'zod';
import type { Json } from '../json.ts';
import { SlackError } from '../slack-error.ts';
import type { World } from '../world.ts';

/** Calls a minute that Slack promises; special ones are counted elsewhere. */
type Tier = 2 | 3 | 4 | 'special';

export interface Method {
  name: string;
  /** Which token opens it; `none` for api.test. */
  token: 'bot' | 'app' | 'none';
  /** Any one of these; none needed when empty. */
  scopes: readonly string[];
  tier: Tier;
  call(args: Json, world: World): Json;
}

interface Definition<Args> {
  name: string;
  args: z.ZodType<Args>;
  token?: Method['token'];
  scopes?: readonly string[];
  tier?: Tier;
  /** Answers without `ok`; throws SlackError to refuse. */
  run(args: Args, world: World): Json;
}

export function method<Args>({ name, args, token, scopes, tier, run }: Definition<Args>): Method {
  return {
    name,
    token: token ?? 'bot',
    scopes: scopes ?? [],
    tier: tier ?? 3,
    call(given, world) {
      const parsed = args.safeParse(given);
      if (!parsed.success) throw invalidArguments(parsed.error.issues.map(sentenceOf));
      return run(parsed.data, world);
    },
  };
}

export function invalidArguments(sentences: readonly string[]): SlackError {
  return new SlackError('invalid_arguments', {
    response_metadata: { messages: sentences.map((sentence) => `[ERROR] ${sentence}`) },
  });
}

export function requireScope(world: World, ...anyOf: readonly string[]): void {
  if (anyOf.length === 0 || anyOf.some((scope) => world.app.scopes.has(scope))) return;
  throw new SlackError('missing_scope', { needed: anyOf.join(','), provided: [...world.app.scopes].join(',') });
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const pointer = `[json-pointer:/${issue.path.join('/')}]`;
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return missing ? `missing required field: ${issue.path.join('.')} ${pointer}` : `${issue.message} ${pointer}`;
}

/** A structure: as it is in a JSON body, as a JSON string in a form. What does not parse stays a string. */
export const structure = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}, z.unknown());

/** `true` in a JSON body, `"true"` or `"1"` in a form. */
export const flag = z.preprocess((value) => value === true || value === 'true' || value === '1', z.boolean());

export const count = z.coerce.number().int().min(1).max(1000);
