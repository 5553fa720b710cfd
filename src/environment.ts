import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Refusal, sentenceOf } from './errors.ts';
import { allowedHost } from './providers/allowed-host.ts';
import { suggestion } from './runbook/suggest.ts';

export type Env = Record<string, string | undefined>;

/** `variable` is what has to be mended; the sentence says what was expected and, unless it may be a secret, what came. */
export interface ConfigProblem {
  variable: string;
  sentence: string;
}

const expected = (what: string) => ({ error: `expected ${what}` });
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const port = z.coerce
  .number(expected('a port from 0 to 65535'))
  .refine((number) => Number.isInteger(number) && number >= 0 && number <= 65_535, expected('a port from 0 to 65535'));

/** Each variable once: its form, its default, and what is said of a value that does not fit. `.env.example` explains them. */
const Environment = z.object({
  REKEY_DATA_DIR: z.string().default('data'),
  REKEY_RUNBOOKS_DIR: z.string().default('runbooks'),
  REKEY_KEYS_DIR: z.string().optional(),
  QUEUE_URL: z
    .string()
    .regex(/^(rediss?|postgres(ql)?):\/\/./i, expected('redis://…, rediss://… or postgres://…, or nothing at all'))
    .optional(),
  SLACK_MODE: z.enum(['socket', 'http', 'off'], expected('socket, http or off')).optional(),
  SLACK_API_URL: z
    .string()
    .refine(isSafeAddress, expected('an https:// address; http:// only on this machine, because the token goes there'))
    .optional(),
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', expected('a bot token, which starts with xoxb-')).optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', expected('an app-level token, which starts with xapp-')).optional(),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(16, expected('the signing secret of the app, which has 32 characters'))
    .optional(),
  SLACK_HTTP_HOST: z.string().default('127.0.0.1'),
  SLACK_HTTP_PORT: port.default(7401),
  REKEY_HTTP_HOST: z.string().default('127.0.0.1'),
  REKEY_HTTP_PORT: port.default(7400),
  REKEY_FILE_SINK_ROOTS: list,
  REKEY_PROBE_HOSTS: list.superRefine((entries, context) => {
    for (const message of entries.flatMap(entryProblem)) context.addIssue({ code: 'custom', message });
  }),
  REKEY_MASTER_KEY_COMMAND: z
    .string()
    .transform((text, context) => {
      const argv = argvOf(text);
      if (argv !== null) return argv;
      context.addIssue({
        code: 'custom',
        message: 'expected a JSON list of a program and its arguments, such as ["/usr/bin/sops","-d","master.enc"]',
      });
      return z.NEVER;
    })
    .optional(),
  REKEY_CHECKPOINT_DIR: z.string().optional(),
  REKEY_PUBLIC_URL: z
    .string()
    .refine(isSafeAddress, expected('the https:// address at which people reach Rekey; http:// only on this machine'))
    .optional(),
  REKEY_CONCURRENCY: z.coerce
    .number(expected('a whole number from 1 to 100'))
    .refine((count) => Number.isInteger(count) && count >= 1 && count <= 100, expected('a whole number from 1 to 100'))
    .default(8),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], expected('trace, debug, info, warn, error or silent'))
    .default('info'),
  FAULT_AT: z
    .string()
    .regex(/^(started|effect|outcome):[a-z0-9_]+(:[1-9]\d*)?$/, expected('started, effect or outcome, then :<step>'))
    .optional(),
});
export type Environment = z.infer<typeof Environment>;

export const VARIABLES: readonly string[] = Object.keys(Environment.shape);

// Each may also be given as NAME_FILE: the path of a file that holds it, which keeps it out of the environment.
export const SECRETS = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'QUEUE_URL'] as const;

/** Everything that fits, with its defaults, and what does not; with any problem there are no values. */
export function readEnvironment(env: Env): { values: Environment | null; problems: ConfigProblem[] } {
  const given = withoutEmpty(env);
  const problems = [...unsafe(given), ...misspelt(given)];
  const parsed = Environment.safeParse({ ...given, ...secretsFromFiles(given, problems) });
  if (parsed.success) return { values: parsed.data, problems };
  for (const { path, message } of parsed.error.issues) problems.push(complaint(String(path[0]), message, given));
  return { values: null, problems };
}

function complaint(variable: string, message: string, given: Record<string, string>): ConfigProblem {
  const isSecret = SECRETS.some((name) => name === variable);
  const came = isSecret || given[variable] === undefined ? '' : `; you wrote "${given[variable]}"`;
  return { variable, sentence: `${message}${came}` };
}

function unsafe(given: Record<string, string>): ConfigProblem[] {
  if (given.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return [];
  const sentence = 'expected nothing: 0 switches certificate checks off for every connection. Unset it';
  return [{ variable: 'NODE_TLS_REJECT_UNAUTHORIZED', sentence }];
}

/** A misspelt REKEY_… would leave its default in force without a word. Other programs own the other names. */
function misspelt(given: Record<string, string>): ConfigProblem[] {
  const known = VARIABLES.filter((name) => name.startsWith('REKEY_'));
  return Object.keys(given)
    .filter((name) => name.startsWith('REKEY_') && !known.includes(name))
    .map((variable) => {
      const lower = known.map((name) => name.toLowerCase());
      const advice = suggestion(variable.toLowerCase(), lower).replaceAll(/`[a-z_]+`/g, (name) => name.toUpperCase());
      return { variable, sentence: `there is no such variable; ${advice}` };
    });
}

function secretsFromFiles(given: Record<string, string>, problems: ConfigProblem[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of SECRETS) {
    const variable = `${name}_FILE`;
    const file = given[variable];
    if (file === undefined) continue;
    if (given[name] !== undefined)
      problems.push({ variable, sentence: `${name} is given as well; keep one of the two` });
    const text = textOf(file);
    if (text.kind === 'text') found[name] = text.text;
    else problems.push({ variable, sentence: text.problem });
  }
  return found;
}

function textOf(file: string): { kind: 'text'; text: string } | { kind: 'none'; problem: string } {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? { kind: 'none', problem: `the file ${file} is empty` } : { kind: 'text', text };
  } catch (error) {
    return { kind: 'none', problem: `cannot read it: ${sentenceOf(error)}` };
  }
}

function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere);
}

function argvOf(text: string): string[] | null {
  try {
    return z.array(z.string().min(1)).min(1).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function entryProblem(entry: string): string[] {
  try {
    allowedHost(entry);
    return [];
  } catch (error) {
    if (error instanceof Refusal) return [error.message];
    throw error;
  }
}

function withoutEmpty(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || value.trim() === '' ? [] : [[name, value]])),
  );
}
