import { join } from 'node:path';
import type { BackendFactory, IQueueBackend } from 'bullmq';
import { Refusal } from '../../errors.ts';
import { embeddedBackend } from './embedded-backend.ts';
import { postgresBackend } from './postgres-backend.ts';
import { redisBackend } from './redis-backend.ts';

/** Where the alarm clock's jobs are kept. Chosen once; nothing after the choice asks which of the three it is. */
export interface Backend {
  kind: 'embedded' | 'redis' | 'postgres';
  /** Fit to be shown: a directory, or host and port; never a user or a password. */
  place: string;
  /** Texts that no log line and no error may carry. */
  secrets: string[];
  /** Connects and brings the schema up to date. Rejects when the backend is away; what was opened by then is closed again. */
  open: (events: BackendEvents) => Promise<OpenBackend>;
}

export interface BackendEvents {
  /** Something went wrong on a connection that mends itself. */
  trouble: (error: unknown) => void;
  /** This connection will never work again: it has to be closed and opened anew. */
  lost: (error: unknown) => void;
}

/** BullMQ hands a factory its connection options; ours already holds the connection, so what it is handed is only the place's name. */
export type Connected = BackendFactory<IQueueBackend, string>;

export interface OpenBackend {
  /** Fails fast while the backend is away. */
  producer: Connected;
  /** Waits while the backend is away. */
  worker: Connected;
  /** Resolves only when jobs can be written, which a server that merely answers may refuse. */
  ping: () => Promise<void>;
  close: () => Promise<void>;
}

export interface QueueLog {
  info: (message: string) => void;
  warn: (message: string) => void;
}

export interface BackendOptions {
  /** QUEUE_URL; not given: the embedded queue in `<dataDir>/queue`. */
  url?: string | undefined;
  dataDir: string;
  name: string;
  log: QueueLog;
}

export function backendOf({ url, dataDir, name, log }: BackendOptions): Backend {
  if (url === undefined) return embeddedBackend({ directory: join(dataDir, 'queue'), log });

  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'redis':
    case 'rediss':
      return redisBackend({ ...addressOf(url, 6379), url, name });
    case 'postgres':
    case 'postgresql':
      return postgresBackend({ ...addressOf(url, 5432), url });
    default:
      throw unusable(scheme === undefined ? 'a value without a scheme' : `${scheme}://…`);
  }
}

function addressOf(url: string, defaultPort: number): { place: string; secrets: string[] } {
  // PostgreSQL allows an empty host (a socket), which URL refuses next to a user name.
  const parsed = URL.parse(url.replace('@/', '@localhost/'));
  // The URL itself stays out of the message: it may hold a password.
  if (parsed === null)
    throw unusable('an address that cannot be read (a special character in a password is written %XX)');
  const { hostname, port, password } = parsed;
  const secrets = [password, decoded(password), encodeURIComponent(decoded(password))].filter((text) => text !== '');
  return { place: `${hostname === '' ? 'localhost' : hostname}:${port === '' ? defaultPort : port}`, secrets };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unusable(what: string): Refusal {
  return new Refusal(
    'queue_url',
    `QUEUE_URL must start with redis://, rediss:// or postgres://, or be left out for the embedded queue; it holds ${what}.`,
  );
}
