import { uptime } from 'node:os';
import { join } from 'node:path';
import { qrModules } from './cli/second-factor/qr.ts';
import type { Config } from './config.ts';
import type { Health } from './domain/rekey-health.ts';
import { openSlackChannels } from './engine/alarms/slack-channels.ts';
import { startDeliveries } from './engine/deliveries/start.ts';
import type { EngineDeps } from './engine/deps.ts';
import { openChecklist } from './engine/home/checklist.ts';
import { planRunbook } from './engine/plan/plan-runbook.ts';
import { openQueue, type Queue, type QueueOptions } from './engine/queue.ts';
import { recordRunbooks } from './engine/runbooks/record-runbooks.ts';
import { runRunbook } from './engine/runbooks/run-runbook.ts';
import { openShelf } from './engine/runbooks/shelf.ts';
import { startScheduler } from './engine/scheduler/start.ts';
import { startSweep } from './engine/sweep.ts';
import { apiDeps } from './http/api/api-deps.ts';
import { startHttp } from './http/start-http.ts';
import { countUsage } from './http/usage-counter.ts';
import { startCheckpoints } from './ledger/checkpoint-files.ts';
import { createLog, type Log } from './log.ts';
import { type OnStop, openParts, type Parts } from './parts.ts';
import { openCheckpointSigner } from './providers/checkpoint-key.ts';
import type { RunbookSet } from './runbook/runbook-set.ts';
import { watchFolder } from './runbook/watch-folder.ts';
import { startSlack } from './slack/app.ts';
import type { SlackDeps } from './slack/deps.ts';
import { hookSecret } from './triggers/hook-secrets.ts';

export interface Serving {
  log: Log;
  url: string;
  deps: EngineDeps;
  engine: Parts<Queue>['engine'];
  /** Writes the calls that were counted, instead of within a second. */
  flushUsage: () => Promise<void>;
  /** When the schedule last looked at the clock and went through; null before the first time. */
  lookedAt: () => Date | null;
  /** No new work; what is in hand is finished or put back; then everything is closed. */
  stop: () => Promise<void>;
}

/** What serving takes from the machine. A drill brings its own, so that days pass in seconds. */
export interface Machine {
  now: () => Date;
  /** Goes on while the machine sleeps, which the clock of a process does not. */
  uptimeMs: () => number;
  log: Log;
  openQueue: (options: QueueOptions) => Promise<Queue>;
  /** How often the schedule looks at the clock, by the time of the machine. */
  lookEveryMs: number;
}

export function machineOf(config: Config): Machine {
  const log = createLog({ level: config.logLevel });
  return { now: () => new Date(), uptimeMs: () => uptime() * 1_000, log, openQueue, lookEveryMs: 30_000 };
}

/**
 * The only composition: configuration → ledger → queue → engine → Slack and HTTP. Throws a Refusal that says what to mend; what was opened
 * by then is closed again.
 */
export async function startServing(config: Config, machine: Machine): Promise<Serving> {
  const { log, now } = machine;
  const stops: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const onStop: OnStop = (one) => stops.push(one);
    const parts = await openParts(config, { log, onStop, now, openQueue: () => startQueue(config, machine, onStop) });
    const fronts = await startFronts(config, { ...parts, machine, log, onStop });
    const { url } = fronts;
    log.info({ url, slack: config.slack?.mode ?? 'off', queue: (await parts.queue.health()).backend }, 'ready');
    const { deps, engine } = parts;
    return { log, deps, engine, ...fronts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startQueue(config: Config, { log, openQueue: open }: Machine, onStop: OnStop): Promise<Queue> {
  const { queueUrl: url, dataDir } = config;
  const queue = await open({ url, dataDir, log, onError: (error) => log.error({ err: error }, 'queue') });
  onStop(queue.close);
  return queue;
}

type Open = Parts<Queue> & { machine: Machine; log: Log; onStop: OnStop };

async function startFronts(config: Config, open: Open): Promise<Pick<Serving, 'url' | 'flushUsage' | 'lookedAt'>> {
  const { deps, queue, keyFiles, engine, keys, rotations, log, onStop } = open;
  onStop(await keepRunbooks(config, open));
  const { ledger, now } = deps;
  const usage = countUsage(ledger, now, (error) => log.error({ err: error }, 'usage'));
  onStop(usage.stop);
  const watches = startWatches(config, open);
  let slackState = () => ({ ok: true, detail: '' });
  const health = async (): Promise<Health> => ({
    parts: [
      { name: 'queue', ...(await queue.health()) },
      { name: 'slack', ...slackState() },
      { name: 'audit', ...watches.audit() },
      { name: 'schedule', ...watches.schedule() },
    ],
    held: open.runbooks.held().map(({ runbook, widened }) => ({ runbook: runbook.id, widened })),
    broken: open.runbooks.problems().length,
  });
  const http = await startHttp({
    ...config.http,
    hooks: { engine, deliveries: open.deliveries, secretOf: (name) => hookSecret(config.keysDir, name), now },
    api: apiDeps({ deps, engine, keys, rotations, pepper: keyFiles.pepper, usage }),
    secondFactor: { secondFactors: open.secondFactors, qrOf: qrModules },
    notReady: async () => notReady(await health()),
    onError: (error, id) => log.error({ err: error, id }, 'http'),
  });
  onStop(http.stop);
  await queue.work(engine.advance, { concurrency: config.concurrency });
  onStop(startSweep(deps));
  onStop(startDeliveries({ ...open.sender, uptimeMs: open.machine.uptimeMs }));
  if (config.slack !== null) {
    const slack = await startSlack({
      ...slackDeps(open),
      health,
      publicUrl: config.publicUrl ?? http.url,
      config: config.slack,
    });
    slackState = slack.ready;
    onStop(slack.stop);
  }
  return { url: http.url, flushUsage: usage.flush, lookedAt: () => watches.lastTick()?.at ?? null };
}

/** What goes on by itself: the clock's work, the check of the whole audit, the signed checkpoint of each day. */
function startWatches(config: Config, { deps, rotations, machine, log, onStop }: Open) {
  const { ledger, now } = deps;
  const check = ledger.verifyInBackground({ onBroken: (sentence) => log.error({}, sentence) });
  onStop(check.stop);
  const folders = [
    join(config.dataDir, 'checkpoints'),
    ...(config.checkpointDir === null ? [] : [config.checkpointDir]),
  ];
  onStop(
    startCheckpoints(ledger, {
      signer: openCheckpointSigner(config.keysDir),
      now,
      folders,
      onError: (error) => log.error({ err: error }, 'checkpoint'),
    }),
  );
  const { uptimeMs, lookEveryMs: everyMs } = machine;
  const scheduler = startScheduler({ ...deps, rotations, uptimeMs }, { everyMs });
  onStop(scheduler.stop);
  return { audit: check.state, schedule: scheduler.health, lastTick: scheduler.lastTick };
}

function slackDeps(open: Open): Omit<SlackDeps, 'config' | 'health' | 'publicUrl'> {
  const { deps, runbooks, engine, rotations, keys, peers, secondFactors, digests, followUps, incidents, log } = open;
  const { ledger, policy, classRule, providers, now } = deps;
  const { outbox, inbox, rooms, onRecorded } = ledger;
  const planning = { ...deps, runbooks };
  return {
    ...{ ledger: ledger.read, policy, classRule, providers, runbooks, now },
    ...{ engine, rotations, keys, peers, secondFactors, digests, followUps, incidents },
    checklist: openChecklist(deps),
    planRunbook: (request) => planRunbook(planning, request),
    runRunbook: (request) => runRunbook(planning, request),
    deliveries: open.deliveries,
    shelf: openShelf(planning),
    channels: openSlackChannels(deps),
    ...{ outbox, inbox, rooms, onRecorded, log },
  };
}

function notReady({ parts }: Health): Record<string, string> {
  return Object.fromEntries(parts.filter(({ ok }) => !ok).map(({ name, detail }) => [name, detail]));
}

const LOOK_AT_HELD_EVERY_MS = 5_000;

/** Reads the runbooks again whenever their folder changes, and while one is held back until somebody has agreed, wherever that is done. */
async function keepRunbooks(config: Config, { deps, runbooks, log }: Open): Promise<() => void> {
  const record = () =>
    recordRunbooks(deps, runbooks).catch((error) => log.error({ err: error }, 'runbooks could not be recorded'));
  const reload = async () => {
    await runbooks.reload();
    log.info({ runbooks: [...runbooks.all().keys()], problems: runbooks.problems().length }, 'runbooks read again');
    reportProblems(runbooks, log);
    await record();
  };
  reportProblems(runbooks, log);
  await record();
  const stopWatching = watchFolder(config.runbooksDir, reload);
  const again = setInterval(() => runbooks.held().length > 0 && void reload(), LOOK_AT_HELD_EVERY_MS);
  return () => {
    stopWatching();
    clearInterval(again);
  };
}

function reportProblems(runbooks: RunbookSet, log: Log): void {
  for (const problem of runbooks.problems())
    log.warn({ problem }, 'runbook refused; `rekey runbooks lint` explains it');
  for (const { runbook, widened } of runbooks.held())
    log.warn({ runbook: runbook.id, widened }, 'runbook held back until its wider grants are approved');
}
