import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Refusal, sentenceOf } from './errors.ts';
import { Secret } from './secret.ts';

/** Everything that can be set from outside. `.env.example` explains each variable; this file is the only reader of process.env. */
export interface Config {
  dataDir: string;
  ledgerFile: string;
  runbooksDir: string;
  /** Master key, pepper and hook secrets: outside the ledger and its backups. */
  keysDir: string;
  queueUrl: string | undefined;
  slack: SlackConfig | null;
  http: { host: string; port: number };
  /** Folders that the file sink may write into. */
  fileSinkRoots: string[];
  /** `host` or `host:port` that probes may call. */
  probeHosts: string[];
  concurrency: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  faultAt: string | null;
}

export interface SlackConfig {
  mode: 'socket' | 'http';
  apiUrl: string | undefined;
  botToken: Secret;
  appToken: Secret | null;
  signingSecret: Secret | null;
  host: string;
  port: number;
}

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const port = z.coerce.number().int().min(0).max(65_535);

const Environment = z.object({
  REKEY_DATA_DIR: z.string().default('data'),
  REKEY_RUNBOOKS_DIR: z.string().default('runbooks'),
  REKEY_KEYS_DIR: z.string().optional(),
  QUEUE_URL: z.string().optional(),
  SLACK_MODE: z.enum(['socket', 'http', 'off']).optional(),
  SLACK_API_URL: z.url().optional(),
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'expected a bot token, which starts with xoxb-').optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'expected an app-level token, which starts with xapp-').optional(),
  SLACK_SIGNING_SECRET: z.string().min(16, 'expected the signing secret of the app').optional(),
  SLACK_HTTP_HOST: z.string().default('127.0.0.1'),
  SLACK_HTTP_PORT: port.default(7401),
  REKEY_HTTP_HOST: z.string().default('127.0.0.1'),
  REKEY_HTTP_PORT: port.default(7400),
  REKEY_FILE_SINK_ROOTS: list,
  REKEY_PROBE_HOSTS: list,
  REKEY_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(8),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  FAULT_AT: z.string().optional(),
});

// Each may also be given as NAME_FILE: the path of a file that holds it, which keeps it out of the environment.
const SECRETS = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'] as const;

/** Reads the environment. Throws one Refusal that lists every problem, each with what was expected. */
export function readConfig(env: Record<string, string | undefined>, defaults: Record<string, string> = {}): Config {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new Refusal(
      'tls_disabled',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off for every connection. Unset it; Rekey does not start with it.',
    );
  }
  const problems: string[] = [];
  const given = { ...defaults, ...withoutEmpty(env), ...secretFiles(env, problems) };
  const parsed = Environment.safeParse(given);
  if (!parsed.success)
    problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const slack = parsed.success ? slackOf(parsed.data, problems) : null;
  if (!parsed.success || problems.length > 0)
    throw new Refusal(
      'configuration',
      `The configuration has ${problems.length} problem(s):\n${problems.map((one) => `  - ${one}`).join('\n')}\nSee .env.example.`,
    );
  const read = parsed.data;
  const dataDir = resolve(read.REKEY_DATA_DIR);
  return {
    dataDir,
    ledgerFile: join(dataDir, 'ledger.sqlite'),
    runbooksDir: resolve(read.REKEY_RUNBOOKS_DIR),
    keysDir: resolve(read.REKEY_KEYS_DIR ?? join(dataDir, 'keys')),
    queueUrl: read.QUEUE_URL,
    slack,
    http: { host: read.REKEY_HTTP_HOST, port: read.REKEY_HTTP_PORT },
    fileSinkRoots: read.REKEY_FILE_SINK_ROOTS.map((root) => resolve(root)),
    probeHosts: read.REKEY_PROBE_HOSTS,
    concurrency: read.REKEY_CONCURRENCY,
    logLevel: read.LOG_LEVEL,
    faultAt: read.FAULT_AT ?? null,
  };
}

function slackOf(read: z.infer<typeof Environment>, problems: string[]): SlackConfig | null {
  const mode = read.SLACK_MODE ?? (read.SLACK_BOT_TOKEN === undefined ? 'off' : 'socket');
  if (mode === 'off') return null;
  const needed =
    mode === 'socket'
      ? (['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'] as const)
      : (['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'] as const);
  for (const name of needed)
    if (read[name] === undefined)
      problems.push(`${name}: expected a value, because SLACK_MODE is ${mode}; give it as ${name} or ${name}_FILE`);
  const secret = (text: string | undefined) => (text === undefined ? null : new Secret(text));
  return {
    mode,
    apiUrl: read.SLACK_API_URL,
    botToken: new Secret(read.SLACK_BOT_TOKEN ?? ''),
    appToken: secret(read.SLACK_APP_TOKEN),
    signingSecret: secret(read.SLACK_SIGNING_SECRET),
    host: read.SLACK_HTTP_HOST,
    port: read.SLACK_HTTP_PORT,
  };
}

function secretFiles(env: Record<string, string | undefined>, problems: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    try {
      found[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}_FILE: cannot read it: ${sentenceOf(error)}`);
    }
  }
  return found;
}

function withoutEmpty(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
}
