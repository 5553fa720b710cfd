import { createRedisBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { Backend, BackendEvents, OpenBackend } from './backends.ts';
import { patient } from './patient.ts';

interface RedisPlace {
  url: string;
  place: string;
  secrets: string[];
  /** Of the queue, because an ACL may allow nothing outside its keys. */
  name: string;
}

export function redisBackend(at: RedisPlace): Backend {
  return { kind: 'redis', place: at.place, secrets: at.secrets, open: (events) => openRedis(at, events) };
}

async function openRedis({ url, name }: RedisPlace, events: BackendEvents): Promise<OpenBackend> {
  let leaving = false;
  const common = {
    lazyConnect: true,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    retryStrategy: (times) => (leaving ? null : Math.min(times * 100, 2_000)),
    // After a fail-over the old primary answers READONLY for ever; a new connection finds the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
  const producer = new Redis(url, {
    ...common,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_500,
    socketTimeout: 3_000,
  });
  // socketTimeout ends a half-open connection; it must outlast BullMQ's longest blocking read, which is 10 s.
  const worker = new Redis(url, { ...common, maxRetriesPerRequest: null, socketTimeout: 15_000 });
  const ping = async () => {
    await producer.set(`bull:${name}:ping`, '1', 'EX', 60);
  };
  const close = async () => {
    leaving = true;
    producer.disconnect();
    if (!isReconnecting(worker)) worker.disconnect();
  };

  try {
    await connect(producer);
    await connect(worker);
    await ping();
  } catch (error) {
    await close();
    throw error;
  }
  for (const client of [producer, worker]) client.on('error', events.trouble);
  return {
    producer: (queue, opts, extra) =>
      createRedisBackend(queue, { ...opts, connection: producer, skipWaitingForReady: true }, extra),
    worker: (queue, opts, extra) => {
      const backend = patient(createRedisBackend(queue, { ...opts, connection: worker }, extra));
      const disconnectBlocking = backend.disconnectBlocking.bind(backend);
      // Called when the worker closes.
      backend.disconnectBlocking = async (wait) => {
        leaving = true;
        const blocking = await backend.blockingClient;
        if (blocking !== undefined && !isReconnecting(blocking)) await disconnectBlocking(wait);
      };
      return backend;
    },
    ping,
    close,
  };
}

/**
 * `disconnect()` takes the timer away from a client that waits to reconnect, and then nobody ever hears 'end': BullMQ's worker would not close
 * and its timers would keep the process alive. Left alone, such a client ends itself at its next attempt.
 */
function isReconnecting(client: { status: string }): boolean {
  return ['reconnecting', 'connecting', 'close'].includes(client.status);
}

/** `connect()` rejects with "Connection is closed."; why it was closed is only told to the listeners of `error`. */
async function connect(client: Redis): Promise<void> {
  let reason: unknown;
  const remember = (error: unknown) => {
    reason ??= error;
  };
  client.on('error', remember);
  try {
    await client.connect();
  } catch (error) {
    throw reason ?? error;
  }
  client.off('error', remember);
}
