import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { ended, isExecutable, launch, type TestServer, untilReady } from './server-process.ts';

const BINARY = (process.env.PATH ?? '')
  .split(':')
  .concat('/usr/bin', '/usr/local/bin')
  .map((folder) => join(folder, 'redis-server'))
  .find(isExecutable);

export const hasRedis = BINARY !== undefined;

export interface RedisServer extends TestServer {
  /** Keeps every connection open and answers nothing, like a host that hangs. */
  freeze: () => void;
  thaw: () => void;
}

/** A redis-server that keeps what it acknowledged, also over a kill -9. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const password = `redis-canary-${port}`;
  const url = `redis://default:${password}@127.0.0.1:${port}`;
  const args = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--requirepass', password];
  const keep = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];

  const start = async (): Promise<ChildProcess> => {
    if (BINARY === undefined) throw new Error('redis-server is not installed');
    const child = launch(BINARY, [...args, ...keep], {});
    await untilReady(child, () => answers(url));
    return child;
  };
  let child = await start();
  return {
    url,
    port,
    password,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: () => ended(child, 'SIGKILL'),
    stop: async () => {
      await ended(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
    restart: async ({ empty = false } = {}) => {
      await ended(child, 'SIGKILL');
      if (empty) await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
      child = await start();
    },
  };
}

async function answers(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
