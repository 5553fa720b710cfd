import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { EngineDeps } from './engine/deps.ts';
import { faultPoints } from './engine/fault-points.ts';
import { openEngine } from './engine/open-engine.ts';
import { leaseOwner } from './engine/owner.ts';
import { openQueue } from './engine/queue.ts';
import { openRunbooks } from './engine/runbooks.ts';
import { startSweep } from './engine/sweep.ts';
import { startHttp } from './http/start-http.ts';
import { countUsage } from './http/usage-counter.ts';
import { openLedger } from './ledger/ledger.ts';
import { createLog, type Log } from './log.ts';
import { providers } from './providers/index.ts';
import { loadKeyFiles } from './providers/key-files.ts';
import { openVault } from './providers/seal.ts';
import { randomId } from './random-id.ts';
import { sinks } from './sinks/index.ts';
import { startSlack } from './slack/app.ts';
import { stepKinds } from './steps/index.ts';
import { hookSecret } from './triggers/hook-secrets.ts';

export interface Serving {
  log: Log;
  url: string;
  /** No new work, what is in hand is finished or put back, then everything is closed. */
  stop: () => Promise<void>;
}

/** The only composition: configuration → ledger → queue → engine → Slack and HTTP. Refusals say what to mend before anything has started. */
export async function startServing(config: Config): Promise<Serving> {
  const log = createLog({ level: config.logLevel });
  const now = () => new Date();
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const { masterKey, pepper } = loadKeyFiles(config.keysDir);
  const runbooks = openRunbooks(config.runbooksDir, now);
  await runbooks.policy();
  const ledger = await openLedger({ file: config.ledgerFile, now });
  const vault = openVault(masterKey);
  const queue = await openQueue({
    url: config.queueUrl,
    dataDir: config.dataDir,
    log,
    onError: (error) => log.error({ err: error }, 'queue'),
  });
  const deps: EngineDeps = {
    ledger,
    queue,
    runbooks,
    policy: runbooks.policy,
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
    providers: byName(providers({ ledger: ledger.read, pepper, vault, probeHosts: config.probeHosts, now })),
    sinks: byName(sinks({ fileRoots: config.fileSinkRoots })),
    vault,
    now,
    newId: randomId,
    saveReport: (name, text) => saveReport(config.dataDir, name, text),
    log,
    faultPoint: faultPoints(config.faultAt),
    owner: leaseOwner(),
  };
  const engine = openEngine(deps);
  await queue.work(engine.advance, { concurrency: config.concurrency });
  const usage = countUsage(ledger, now, (error) => log.error({ err: error }, 'usage'));
  const slack =
    config.slack === null
      ? null
      : await startSlack({
          config: config.slack,
          engine,
          ledger: ledger.read,
          outbox: ledger.outbox,
          inbox: ledger.inbox,
          onRecorded: ledger.onRecorded,
          policy: runbooks.policy,
          now,
          log,
        });
  const http = await startHttp({
    ...config.http,
    hooks: { engine, secretOf: (name) => hookSecret(config.keysDir, name), now },
    verify: { ledger: ledger.read, digestOf: pepper.digestOf, usage, now },
    notReady: async () => ({
      ...notReady('queue', await queue.health()),
      ...notReady('slack', slack?.ready() ?? { ok: true, detail: '' }),
    }),
    onError: (error) => log.error({ err: error }, 'http'),
  });
  const stopSweep = startSweep(deps);
  log.info({ url: http.url, slack: config.slack?.mode ?? 'off', queue: (await queue.health()).backend }, 'ready');
  return {
    log,
    url: http.url,
    stop: async () => {
      await http.stop();
      await slack?.stop();
      await stopSweep();
      await queue.close();
      await usage.stop();
      await ledger.close();
    },
  };
}

function byName<T extends { name: string }>(parts: readonly T[]): Record<string, T> {
  return Object.fromEntries(parts.map((part) => [part.name, part]));
}

function notReady(part: string, state: { ok: boolean; detail: string }): Record<string, string> {
  return state.ok ? {} : { [part]: state.detail };
}

async function saveReport(dataDir: string, name: string, text: string): Promise<string> {
  const folder = join(dataDir, 'reports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name.replace(/[^A-Za-z0-9._-]/g, '_'));
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
