import { join, resolve } from 'node:path';
import { type ConfigProblem, type Env, type Environment, readEnvironment } from './environment.ts';
import { Refusal } from './errors.ts';
import { Secret } from './secret.ts';

/** Everything that can be set from outside. `.env.example` explains each variable. */
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
  /** `host` or `host:port` that probes and named connections may call. */
  probeHosts: string[];
  /** A program (no shell) that prints the master key; null: it is in the keys folder. */
  masterKeyCommand: string[] | null;
  /** A second place for the daily signed checkpoints, best on another machine's disk. */
  checkpointDir: string | null;
  /** What links to the one-time page begin with; null: the address that HTTP listens on. */
  publicUrl: string | null;
  concurrency: number;
  logLevel: Environment['LOG_LEVEL'];
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

/** Throws one Refusal that lists every problem, each with what was expected and what came. */
export function readConfig(env: Env): Config {
  const { config, problems } = examineConfig(env);
  if (config !== null) return config;
  const lines = problems.map(describeConfigProblem).map((line) => `  - ${line}`);
  throw new Refusal(
    'configuration',
    `The configuration has ${lines.length === 1 ? 'a problem' : `${lines.length} problems`}:\n${lines.join('\n')}\nEvery variable is explained in .env.example.`,
  );
}

/** The configuration, or null with everything that is wrong with it. */
export function examineConfig(env: Env): { config: Config | null; problems: ConfigProblem[] } {
  const { values, problems } = readEnvironment(env);
  if (values === null) return { config: null, problems };
  const missing = missingForSlack(values);
  const all = [...problems, ...missing];
  return { config: all.length > 0 ? null : configOf(values), problems: all };
}

export function describeConfigProblem({ variable, sentence }: ConfigProblem): string {
  return `${variable}: ${sentence}.`;
}

function configOf(values: Environment): Config {
  const dataDir = resolve(values.REKEY_DATA_DIR);
  return {
    dataDir,
    ledgerFile: join(dataDir, 'ledger.sqlite'),
    runbooksDir: resolve(values.REKEY_RUNBOOKS_DIR),
    keysDir: resolve(values.REKEY_KEYS_DIR ?? join(dataDir, 'keys')),
    queueUrl: values.QUEUE_URL,
    slack: slackOf(values),
    http: { host: values.REKEY_HTTP_HOST, port: values.REKEY_HTTP_PORT },
    fileSinkRoots: values.REKEY_FILE_SINK_ROOTS.map((root) => resolve(root)),
    probeHosts: values.REKEY_PROBE_HOSTS,
    masterKeyCommand: values.REKEY_MASTER_KEY_COMMAND ?? null,
    checkpointDir: values.REKEY_CHECKPOINT_DIR === undefined ? null : resolve(values.REKEY_CHECKPOINT_DIR),
    publicUrl: values.REKEY_PUBLIC_URL ?? null,
    concurrency: values.REKEY_CONCURRENCY,
    logLevel: values.LOG_LEVEL,
    faultAt: values.FAULT_AT ?? null,
  };
}

function modeOf(values: Environment): 'socket' | 'http' | 'off' {
  return values.SLACK_MODE ?? (values.SLACK_BOT_TOKEN === undefined ? 'off' : 'socket');
}

function missingForSlack(values: Environment): ConfigProblem[] {
  const mode = modeOf(values);
  if (mode === 'off') return [];
  const second = mode === 'socket' ? 'SLACK_APP_TOKEN' : 'SLACK_SIGNING_SECRET';
  return (['SLACK_BOT_TOKEN', second] as const)
    .filter((name) => values[name] === undefined)
    .map((variable) => {
      const sentence = `expected a value, because Slack is reached in ${mode} mode; give it as ${variable} or ${variable}_FILE`;
      return { variable, sentence };
    });
}

function slackOf(values: Environment): SlackConfig | null {
  const mode = modeOf(values);
  if (mode === 'off' || values.SLACK_BOT_TOKEN === undefined) return null;
  const secret = (text: string | undefined) => (text === undefined ? null : new Secret(text));
  return {
    mode,
    apiUrl: values.SLACK_API_URL,
    botToken: new Secret(values.SLACK_BOT_TOKEN),
    appToken: secret(values.SLACK_APP_TOKEN),
    signingSecret: secret(values.SLACK_SIGNING_SECRET),
    host: values.SLACK_HTTP_HOST,
    port: values.SLACK_HTTP_PORT,
  };
}
