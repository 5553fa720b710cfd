import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../errors.ts';
import { slackManifest } from '../slack/manifest.ts';
import { startWorkspace } from '../workspace/start.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Child, startChild } from './children.ts';
import type { Layout } from './layout.ts';
import { seed } from './seed.ts';
import { type Traffic, watchTraffic } from './traffic.ts';

export interface World {
  workspace: Workspace;
  traffic: Traffic;
  children: readonly Child[];
  stop: () => Promise<void>;
}

const src = dirname(dirname(fileURLToPath(import.meta.url)));

/** The cast. Slack ids are those of runbooks/policy.yaml. */
export const people = [
  { id: 'U0ALICE', name: 'alice', realName: 'Alice Adeyemi', email: 'alice@example.com' },
  { id: 'U0BOB', name: 'bob', realName: 'Bob Brandt', email: 'bob@example.com' },
  { id: 'U0CAROL', name: 'carol', realName: 'Carol Castillo', email: 'carol@example.com' },
  { id: 'U0DAVE', name: 'dave', realName: 'Dave Dunn', email: 'dave@example.com' },
];
export const channels = [
  { id: 'C0INCIDENTS', name: 'incidents', topic: 'Declared, decided, recovered' },
  { id: 'C0GENERAL', name: 'general', topic: 'Everything else' },
];

/** Starts the whole world: workspace here; the bot, the API and its caller as programs of their own. */
export async function startWorld(
  layout: Layout,
  options: { lifeMs: number; again: boolean; say: (line: string) => void },
): Promise<World> {
  const { ports, tokens } = layout;
  const workspace = await startWorkspace({
    port: ports.page,
    manifest: { ...slackManifest({ httpUrl: null }) },
    people,
    channels,
    appName: 'Rekey',
    botToken: tokens.bot,
    appToken: tokens.app,
    snapshotFile: layout.snapshotFile,
    panels: [{ id: 'traffic', title: 'Payments API' }],
  });
  const rekeyUrl = `http://127.0.0.1:${ports.rekey}`;
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const child = (name: string, args: string[], env: Record<string, string> = {}) =>
    startChild({
      name,
      args,
      env,
      logsDir: layout.logsDir,
      onUnexpectedEnd: (how, lastLines) =>
        options.say(`${name} ended (${how}) and is started again.${how.startsWith('exit') ? `\n${lastLines}` : ''}`),
    });
  const children = [child('rekey', [join(src, 'main.ts'), 'serve'], botEnvironment(layout, workspace.apiUrl))];
  const stopAll = async () => {
    // The caller first and the bot last, so that nobody calls into something that is gone.
    for (const one of [...children].reverse()) await one.stop();
    await workspace.stop();
  };
  try {
    await untilReady(`${rekeyUrl}/readyz`);
    await seed(layout, options);
  } catch (error) {
    await stopAll();
    throw error;
  }
  const apiArguments = [String(ports.api), rekeyUrl, layout.verifierKeyFile, layout.hookSecretFile];
  children.push(child('payments-api', [join(src, 'demo/payments-api.ts'), ...apiArguments]));
  children.push(child('payments-caller', [join(src, 'demo/payments-caller.ts'), apiUrl, layout.callerKeyFile]));
  const traffic = watchTraffic(`${apiUrl}/v1/stats`, (point) => workspace.publishPanel('traffic', { ...point }));
  return {
    workspace,
    traffic,
    children,
    stop: async () => {
      traffic.stop();
      await stopAll();
    },
  };
}

const START_WITHIN_MS = 30_000;

/** The API must not start before it can ask about keys, or its first calls would be refused for no fault of theirs. */
async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > deadline)
      throw new Refusal(
        'not_ready',
        `Rekey was not ready within ${START_WITHIN_MS / 1000} s; its log is in the demo's folder, under logs/rekey.log.`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** All that the unmodified bot knows of this world. */
export function botEnvironment(layout: Layout, apiUrl: string): Record<string, string> {
  return {
    SLACK_API_URL: apiUrl,
    SLACK_BOT_TOKEN_FILE: layout.botTokenFile,
    SLACK_APP_TOKEN_FILE: layout.appTokenFile,
    SLACK_MODE: 'socket',
    REKEY_DATA_DIR: layout.rekeyDir,
    REKEY_RUNBOOKS_DIR: join(dirname(src), 'runbooks'),
    REKEY_HTTP_PORT: String(layout.ports.rekey),
    REKEY_FILE_SINK_ROOTS: layout.paymentsDir,
    REKEY_PROBE_HOSTS: `127.0.0.1:${layout.ports.api}`,
  };
}
