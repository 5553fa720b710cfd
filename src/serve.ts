import type { Config } from './config.ts';
import { openQueue, type Queue } from './engine/queue.ts';
import { startSweep } from './engine/sweep.ts';
import { apiDeps } from './http/api/api-deps.ts';
import { startHttp } from './http/start-http.ts';
import { countUsage } from './http/usage-counter.ts';
import { createLog, type Log } from './log.ts';
import { type OnStop, openParts, type Parts } from './parts.ts';
import type { RunbookSet } from './runbook/runbook-set.ts';
import { watchFolder } from './runbook/watch-folder.ts';
import { startSlack } from './slack/app.ts';
import { hookSecret } from './triggers/hook-secrets.ts';

export interface Serving {
  log: Log;
  url: string;
  /** No new work; what is in hand is finished or put back; then everything is closed. */
  stop: () => Promise<void>;
}

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
    const onStop: OnStop = (one) => stops.push(one);
    const parts = await openParts(config, { log, onStop, openQueue: () => startQueue(config, { log, onStop }) });
    const url = await startFronts(config, { ...parts, log, onStop });
    log.info({ url, slack: config.slack?.mode ?? 'off', queue: (await parts.queue.health()).backend }, 'ready');
    return { log, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startQueue(config: Config, { log, onStop }: { log: Log; onStop: OnStop }): Promise<Queue> {
  const { queueUrl: url, dataDir } = config;
  const queue = await openQueue({ url, dataDir, log, onError: (error) => log.error({ err: error }, 'queue') });
  onStop(queue.close);
  return queue;
}

async function startFronts(
  config: Config,
  {
    deps,
    queue,
    keyFiles,
    runbooks,
    engine,
    keys,
    rotations,
    log,
    onStop,
  }: Parts<Queue> & { log: Log; onStop: OnStop },
): Promise<string> {
  reportProblems(runbooks, log);
  onStop(watchFolder(config.runbooksDir, () => reload(runbooks, log)));
  const { ledger, now } = deps;
  const usage = countUsage(ledger, now, (error) => log.error({ err: error }, 'usage'));
  onStop(usage.stop);
  const check = ledger.verifyInBackground({ onBroken: (sentence) => log.error({}, sentence) });
  onStop(check.stop);
  let slackState = () => ({ ok: true, detail: '' });
  const http = await startHttp({
    ...config.http,
    hooks: { engine, secretOf: (name) => hookSecret(config.keysDir, name), now },
    api: apiDeps({ deps, engine, keys, rotations, pepper: keyFiles.pepper, usage }),
    notReady: async () => ({
      ...notReady('queue', await queue.health()),
      ...notReady('slack', slackState()),
      ...notReady('audit', check.state()),
    }),
    onError: (error, id) => log.error({ err: error, id }, 'http'),
  });
  onStop(http.stop);
  await queue.work(engine.advance, { concurrency: config.concurrency });
  onStop(startSweep(deps));
  if (config.slack !== null) {
    const { policy, providers: known } = deps;
    const sources = { ledger: ledger.read, policy, providers: known, runbooks, now };
    const slack = await startSlack({
      ...sources,
      config: config.slack,
      engine,
      rotations,
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

function notReady(part: string, state: { ok: boolean; detail: string }): Record<string, string> {
  return state.ok ? {} : { [part]: state.detail };
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
