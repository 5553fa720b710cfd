import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { openQueue } from '../../engine/queue.ts';
import { Refusal, sentenceOf } from '../../errors.ts';
import { type Check, type Finding, look, ok, problem } from './check.ts';

const ANSWER_MS = 3_000;

/** Opens the queue on its backend. When `rekey serve` has the embedded one in hand, asks that process how it is. */
export function queueCheck(config: Config): Promise<Check> {
  return look('queue', async () => {
    const isNew = config.queueUrl === undefined && !existsSync(join(config.dataDir, 'queue'));
    if (isNew)
      return inScratch((dataDir) =>
        openAndAsk({ ...config, dataDir }, 'embedded; none yet, and a first one in a scratch folder works'),
      );
    try {
      return await openAndAsk(config, null);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'queue_in_use') return askTheOther(config, error);
      throw error;
    }
  });
}

async function openAndAsk({ queueUrl, dataDir }: Config, says: string | null): Promise<Finding> {
  const said: string[] = [];
  const note = (text: string) => said.push(text);
  const log = { info: () => {}, warn: note };
  const queue = await openQueue({ url: queueUrl, dataDir, log, onError: (error) => note(sentenceOf(error)) });
  try {
    const { ok: healthy, detail } = await queue.health();
    if (healthy) return ok([says ?? detail, ...said].join('; '));
    const todo = 'Start it, or correct QUEUE_URL. Until then runs go on, more slowly: the ledger wakes them itself.';
    return problem(detail, [...said, todo]);
  } finally {
    await queue.close();
  }
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-doctor-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const Readiness = z.object({ ready: z.boolean(), waiting: z.record(z.string(), z.string()) });

async function askTheOther(config: Config, inUse: Refusal): Promise<Finding> {
  const address = `${urlOf(config)}/readyz`;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
    const { ready, waiting } = Readiness.parse(await answer.json());
    if (ready) return ok(`in use by the Rekey that serves here; ${address} says ready`);
    const todo = Object.entries(waiting).map(([part, why]) => `${part}: ${why}`);
    return problem(`in use by the Rekey that serves here; ${address} says that it is not ready`, todo);
  } catch (error) {
    return problem('in use by another process', [inUse.message, `${address} did not answer: ${sentenceOf(error)}`]);
  }
}

/** The port for hooks and verification: free, or held by a Rekey. */
export function portCheck(config: Config): Promise<Check> {
  return look('http port', async () => {
    const { host, port } = config.http;
    const taken = await listenOnce(host, port);
    if (taken === null) return ok(`${host}:${port} is free`);
    if (taken !== 'EADDRINUSE')
      return problem(`${host}:${port} cannot be listened on (${taken})`, [
        'Set REKEY_HTTP_HOST to an address of this machine, REKEY_HTTP_PORT to 1024 or more.',
      ]);
    const answers = await fetch(`${urlOf(config)}/healthz`, {
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    })
      .then(async (answer) => (await answer.text()) === 'ok\n')
      .catch(() => false);
    if (answers) return ok(`${host}:${port} is served by a running Rekey`);
    return problem(`${host}:${port} is taken by another program`, ['Set REKEY_HTTP_PORT to a free port.']);
  });
}

function listenOnce(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function urlOf({ http: { host, port } }: Config): string {
  const local: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  return `http://${local[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
}
