import { type App, SocketModeReceiver } from '@slack/bolt';
import { z } from 'zod';
import type { Secret } from '../../secret.ts';
import type { Log } from '../deps.ts';
import { clientOptions, quietLogger } from '../web.ts';

/** Acknowledgements that are on their way get this long before the connection is closed: no longer than Slack waits for them. */
const DRAIN_MS = 3_500;
const RETIRED_MS = 30_000;
const HELLO_MS = 10_000;

/** One Socket Mode connection. It is used once; what takes its place is a new one. */
export interface SocketLink {
  /** Resolves when Slack wants it gone, or it is gone: time to open the next one, not yet to close this one. */
  leaving: Promise<void>;
  /** Resolves when nothing comes over it any more. */
  gone: Promise<void>;
  /** Lets what is under way end, then closes. */
  retire: () => void;
  close: () => void;
}

const Goodbye = z.object({ type: z.literal('disconnect'), reason: z.string().default('') });

/** Opens one connection, or rejects with why not. */
export async function openSocketLink(
  app: App,
  options: { appToken: Secret; apiUrl: string | undefined; log: Log },
): Promise<SocketLink> {
  const receiver = new SocketModeReceiver({
    appToken: options.appToken.reveal(),
    autoReconnectEnabled: false,
    logger: quietLogger(options.log),
    installerOptions: { clientOptions: clientOptions(options) },
    customPropertiesExtractor: ({ envelope_id }: { envelope_id?: unknown }) => ({ deliveryId: String(envelope_id) }),
  });
  receiver.init(app);
  const { client } = receiver;
  const leaving = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  client.on('disconnected', () => {
    leaving.resolve();
    told.resolve();
    gone.resolve();
  });
  interceptGoodbyes(client, (reason) => {
    leaving.resolve();
    // After a warning Slack goes on delivering here for some seconds; after the goodbye itself it does not.
    if (reason !== 'warning') told.resolve();
  });
  const close = () => void client.disconnect().catch(() => {});
  await helloOrReason(receiver, { told: told.promise, close });
  return {
    leaving: leaving.promise,
    gone: gone.promise,
    retire: () => {
      later(RETIRED_MS, told.resolve);
      void told.promise.then(() => later(DRAIN_MS, close));
    },
    close,
  };
}

/**
 * The library closes a connection as soon as Slack announces that it will go, and only then looks for another. Here the announcement is
 * kept from it, so that the next connection stands before this one falls and no command meets a closed door.
 */
function interceptGoodbyes(client: SocketModeReceiver['client'], onGoodbye: (reason: string) => void): void {
  const forward = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (text: unknown, isBinary: unknown) => {
    const reason = goodbyeIn(text);
    if (reason !== null) return onGoodbye(reason);
    for (const listener of forward) listener.call(client, text, isBinary);
  });
}

function goodbyeIn(text: unknown): string | null {
  if (typeof text !== 'string' || !text.includes('"disconnect"')) return null;
  try {
    const read = Goodbye.safeParse(JSON.parse(text));
    return read.success ? read.data.reason : null;
  } catch {
    return null;
  }
}

async function helloOrReason(
  receiver: SocketModeReceiver,
  { told, close }: { told: Promise<void>; close: () => void },
): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no hello within ${HELLO_MS} ms`)), HELLO_MS);
  const refused = told.then(() =>
    Promise.reject(new Error('Slack closed the connection right away; is Socket Mode switched on?')),
  );
  // Whichever comes second has nobody waiting for it.
  for (const promise of [late.promise, refused]) promise.catch(() => {});
  try {
    await Promise.race([receiver.start(), late.promise, refused]);
  } catch (error) {
    close();
    throw error ?? new Error('the connection was closed before Slack said hello');
  } finally {
    clearTimeout(timer);
  }
}

function later(ms: number, act: () => void): void {
  setTimeout(act, ms).unref();
}
