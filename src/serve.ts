import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { EngineDeps } from './engine/deps.ts';
import { faultPoints } from './engine/fault-points.ts';
import { openEngine } from './engine/open-engine.ts';
import { leaseOwner } from './engine/owner.ts';
import { openQueue, type Queue } from './engine/queue.ts';
import { startSweep } from './engine/sweep.ts';
import { Refusal } from './errors.ts';
import { startHttp } from './http/start-http.ts';
import { countUsage } from './http/usage-counter.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import { createLog, type Log } from './log.ts';
import { providers } from './providers/index.ts';
import { type KeyFiles, loadKeyFiles } from './providers/key-files.ts';
import { openVault } from './providers/seal.ts';
import { randomId } from './random-id.ts';
import { loadClassRule, loadKeyClasses, loadPolicy } from './runbook/policy-file.ts';
import { openRunbookSet, type RunbookSet } from './runbook/runbook-set.ts';
import { watchFolder } from './runbook/watch-folder.ts';
import { sinks } from './sinks/index.ts';
import { startSlack } from './slack/app.ts';
import { stepKinds } from './steps/index.ts';
import { hookSecret } from './triggers/hook-secrets.ts';

export interface Serving {
  log: Log;
  url: string;
  /** No new work; what is in hand is finished or put back; then everything is closed. */
  stop: () => Promise<void>;
}

type OnStop = (stop: () => void | Promise<void>) => void;

/**
 * The only composition: configuration → ledger → queue → engine → Slack and HTTP. Throws a Refusal that says what to mend; what was opened
 * by then is closed again.
 */
export async function startServing(config: Config): Promise<Serving> {
  const log = createLog({ level: config.logLevel });
  const stops: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const { deps, queue, keyFiles } = await openParts(config, { log, onStop: (one) => stops.push(one) });
    const url = await startFronts(config, { deps, queue, keyFiles, log, onStop: (one) => stops.push(one) });
    log.info({ url, slack: config.slack?.mode ?? 'off', queue: (await queue.health()).backend }, 'ready');
    return { log, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  deps: EngineDeps;
  queue: Queue;
  keyFiles: KeyFiles;
}

async function openParts(config: Config, { log, onStop }: { log: Log; onStop: OnStop }): Promise<Parts> {
  const now = () => new Date();
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const keyFiles = loadKeyFiles(config.keysDir);
  const policy = () => loadPolicy(config.runbooksDir);
  await Promise.all([policy(), loadKeyClasses(config.runbooksDir)]);
  const runbooks = await openRunbookSet(config.runbooksDir, stepKinds);
  reportProblems(runbooks, log);
  onStop(watchFolder(config.runbooksDir, () => reload(runbooks, log)));
  const ledger = await openLedger({ file: config.ledgerFile, now });
  onStop(ledger.close);
  await assertWhole(ledger, config.ledgerFile);
  const queue = await openQueue({
    url: config.queueUrl,
    dataDir: config.dataDir,
    log,
    onError: (error) => log.error({ err: error }, 'queue'),
  });
  onStop(queue.close);
  const vault = openVault(keyFiles.masterKey);
  const deps: EngineDeps = {
    ledger,
    queue,
    runbooks,
    policy,
    classRule: (keyClass) => loadClassRule(config.runbooksDir, keyClass),
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
    providers: byName(
      providers({ ledger: ledger.read, pepper: keyFiles.pepper, vault, probeHosts: config.probeHosts, now }),
    ),
    sinks: byName(sinks({ fileRoots: config.fileSinkRoots })),
    vault,
    now,
    newId: randomId,
    saveReport: (name, text) => saveReport(config.dataDir, name, text),
    log,
    faultPoint: faultPoints(config.faultAt),
    owner: leaseOwner(),
  };
  return { deps, queue, keyFiles };
}

async function startFronts(
  config: Config,
  { deps, queue, keyFiles, log, onStop }: Parts & { log: Log; onStop: OnStop },
): Promise<string> {
  const { ledger, now } = deps;
  const engine = openEngine(deps);
  const usage = countUsage(ledger, now, (error) => log.error({ err: error }, 'usage'));
  onStop(usage.stop);
  let slackState = () => ({ ok: true, detail: '' });
  const http = await startHttp({
    ...config.http,
    hooks: { engine, secretOf: (name) => hookSecret(config.keysDir, name), now },
    verify: { ledger: ledger.read, digestOf: keyFiles.pepper.digestOf, usage, now },
    notReady: async () => ({ ...notReady('queue', await queue.health()), ...notReady('slack', slackState()) }),
    onError: (error, id) => log.error({ err: error, id }, 'http'),
  });
  onStop(http.stop);
  await queue.work(engine.advance, { concurrency: config.concurrency });
  onStop(startSweep(deps));
  if (config.slack !== null) {
    const { policy, providers: known, runbooks } = deps;
    const sources = { ledger: ledger.read, policy, providers: known, runbooks, now };
    const slack = await startSlack({
      ...sources,
      config: config.slack,
      engine,
      outbox: ledger.outbox,
      inbox: ledger.inbox,
      onRecorded: ledger.onRecorded,
      log,
    });
    slackState = slack.ready;
    onStop(slack.stop);
  }
  return http.url;
}

/** A bot that cannot show what happened before must not add to it. */
async function assertWhole(ledger: Ledger, file: string): Promise<void> {
  const verdict = await ledger.verifyAudit();
  if (verdict.whole) return;
  throw new Refusal(
    'audit_broken',
    `The audit in ${file} is not whole: ${verdict.why}. Keep the file as it is for whoever looks into it, and restore the last backup.`,
  );
}

async function reload(runbooks: RunbookSet, log: Log): Promise<void> {
  await runbooks.reload();
  log.info({ runbooks: [...runbooks.all().keys()], problems: runbooks.problems().length }, 'runbooks read again');
  reportProblems(runbooks, log);
}

function reportProblems(runbooks: RunbookSet, log: Log): void {
  for (const problem of runbooks.problems())
    log.warn({ problem }, 'runbook refused; `rekey runbooks lint` explains it');
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
