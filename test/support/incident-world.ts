import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { type Layout, openLayout } from '../../src/demo/layout.ts';
import { collectMaterial, type Material } from '../../src/demo/material.ts';
import { CALLERS_KEY, seed } from '../../src/demo/seed.ts';
import { botEnvironment, channels, people } from '../../src/demo/world.ts';
import type { Key } from '../../src/domain/key.ts';
import type { Run } from '../../src/domain/run.ts';
import { openQueue } from '../../src/engine/queue.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { ActingPerson, Workspace } from '../../src/workspace/workspace.ts';
import { ALERT, type PaymentsApi, postAlert, startPaymentsApi } from './incident-api.ts';
import { aBot, type Bot } from './incident-bot.ts';
import { WHO } from './incident-people.ts';

const RUNBOOKS = fileURLToPath(new URL('../../runbooks', import.meta.url));

export interface IncidentWorld extends AsyncDisposable {
  layout: Layout;
  /** A copy of the product's runbooks, which a test may edit. */
  runbooksDir: string;
  material: Material;
  bot: Bot;
  /** A second process on the same folder. */
  anotherBot: (env: Record<string, string>) => Bot;
  api: PaymentsApi;
  /** Read by this process; written by the bot alone. */
  ledger: Ledger;
  slack: () => Workspace;
  stopSlack: () => Promise<void>;
  /** Again on the same port, with what it kept in its snapshot. */
  startSlack: () => Promise<void>;
  person: (name: keyof typeof WHO) => ActingPerson;
  /** Every payload that went over the wire to and from Slack. */
  wire: () => string;
  /** The payments API says that the caller's key is blocked, and says it again until somebody takes it. */
  raise: () => Promise<void>;
  callersKey: () => Promise<Key>;
  run: () => Promise<Run>;
}

export interface WorldOptions {
  queueUrl?: string;
  /** A made embedded queue (`aMadeQueue`), which spares the bot the three seconds that making one takes. */
  queueFolder?: string;
  /** How long the caller's key still lives; it has just expired when not given. */
  lifeMs?: number;
}

/**
 * The demo's world without its calls per second: a local Slack, an expired key and its API here, and the bot as a process that may die.
 * `await using` takes it down again.
 */
export async function anIncidentWorld({
  queueUrl,
  queueFolder,
  lifeMs = 1,
}: WorldOptions = {}): Promise<IncidentWorld> {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'incident-'));
  parts.defer(() => rmSync(folder, { recursive: true, force: true }));
  const layout = await openLayout(folder, null);
  const runbooksDir = join(folder, 'runbooks');
  cpSync(RUNBOOKS, runbooksDir, { recursive: true });
  if (queueFolder !== undefined) cpSync(queueFolder, join(layout.rekeyDir, 'queue'), { recursive: true });
  await seed(layout, { lifeMs, again: false });
  const slack = await aLocalSlack(layout);
  parts.defer(() => slack.now().stop());
  const api = await startPaymentsApi(layout);
  parts.defer(api.stop);
  const material = collectMaterial(layout);
  parts.defer(material.stop);
  const ledger = await openLedger({ file: join(layout.rekeyDir, 'ledger.sqlite'), now: () => new Date() });
  parts.defer(ledger.close);
  const aBotWith = (more: Record<string, string>) => {
    const made = aBot({
      env: { ...botEnvironment(layout, slack.now().apiUrl), REKEY_RUNBOOKS_DIR: runbooksDir, ...more },
      url: `http://127.0.0.1:${layout.ports.rekey}`,
      logFile: join(layout.logsDir, 'rekey.log'),
    });
    all.defer(async () => void (await made.kill()));
    return made;
  };
  const all = parts.move();
  const queue = queueUrl === undefined ? {} : { QUEUE_URL: queueUrl };
  return {
    layout,
    runbooksDir,
    material,
    bot: aBotWith(queue),
    anotherBot: aBotWith,
    api,
    ledger,
    slack: slack.now,
    stopSlack: () => slack.now().stop(),
    startSlack: slack.start,
    person: (name) => slack.now().person(WHO[name]),
    wire: slack.wire,
    raise: () => raiseUntilTaken(layout),
    ...lookUps(ledger),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function lookUps(ledger: Ledger): Pick<IncidentWorld, 'callersKey' | 'run'> {
  const callersKey = async () => {
    const first = (await ledger.read.versionsOf(CALLERS_KEY)).find((key) => key.version === 1);
    if (first === undefined) throw new Error(`${CALLERS_KEY} v1 is not in the ledger.`);
    return first;
  };
  const run = async () => {
    const [found] = await ledger.read.runsOfKey((await callersKey()).id);
    if (found === undefined) throw new Error('There is no run yet.');
    return found;
  };
  return { callersKey, run };
}

/** An embedded queue that holds nothing yet, to be copied into worlds. */
export async function aMadeQueue(): Promise<{ folder: string } & Disposable> {
  const dataDir = mkdtempSync(join(tmpdir(), 'incident-queue-'));
  const queue = await openQueue({ dataDir, log: { info: () => {}, warn: () => {} }, onError: () => {} });
  await queue.close();
  return {
    folder: join(dataDir, 'queue'),
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Quick to post to; everything else is as strict as Slack. */
async function aLocalSlack({ ports, tokens, snapshotFile }: Layout) {
  const entries: string[] = [];
  const start = async () => {
    const started = await startWorkspace({
      port: ports.page,
      manifest: slackManifest({ httpUrl: null }),
      people,
      channels,
      appName: 'Rekey',
      botToken: tokens.bot,
      appToken: tokens.app,
      snapshotFile,
      strict: { postBurst: 1_000 },
    });
    started.wire.subscribe((entry) => entries.push(JSON.stringify(entry)));
    return started;
  };
  let workspace = await start();
  return {
    now: () => workspace,
    wire: () => entries.join('\n'),
    start: async () => {
      workspace = await start();
    },
  };
}

async function raiseUntilTaken(layout: Layout): Promise<void> {
  await vi.waitFor(
    async () => {
      const { status } = await postAlert(layout, JSON.stringify(ALERT));
      if (status >= 300) throw new Error(`The hook answered ${status}.`);
    },
    { timeout: 60_000, interval: 50 },
  );
}
