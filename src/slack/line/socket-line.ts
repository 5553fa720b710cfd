import { setTimeout as pause } from 'node:timers/promises';
import type { App, Receiver } from '@slack/bolt';
import type { Secret } from '../../secret.ts';
import type { Log, Patience } from '../deps.ts';
import { failureOf } from '../web.ts';
import { openSocketLink, type SocketLink } from './socket-link.ts';

export interface Line extends Receiver {
  /** Why nothing can come in right now, or null. */
  problem: () => string | null;
}

// With one connection, commands are lost while Slack recycles it (measured: 59 of 89); with two, none.
const CONNECTIONS = 2;

/** Two Socket Mode connections that are kept up by our own loop: whatever happens to them, the process lives and tries again. */
export function openSocketLine(options: {
  appToken: Secret;
  apiUrl: string | undefined;
  log: Log;
  patience: Patience;
}): Line {
  const { log, patience } = options;
  const open = new Set<SocketLink>();
  const stopping = new AbortController();
  let lastProblem: string | null = 'not connected yet';
  let app: App | null = null;

  const keepUp = async (bolt: App) => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const link = await openSocketLink(bolt, options);
        failures = 0;
        lastProblem = null;
        open.add(link);
        void link.gone.then(() => open.delete(link));
        if (stopping.signal.aborted) return link.close();
        await link.leaving;
        link.retire();
      } catch (error) {
        const failure = failureOf(error);
        lastProblem = `Socket Mode: ${failure.error}`;
        log.warn({ err: error }, 'a Socket Mode connection did not come up');
        await rest(waitMs(failure.kind === 'auth', failures), stopping.signal);
        failures += 1;
      }
    }
  };
  // An authentication error is nothing that a quick retry mends.
  const waitMs = (isSlow: boolean, failures: number) => {
    const backoff = Math.min(patience.slowRetryMs, patience.firstRetryMs * 2 ** Math.min(failures, 10));
    return (isSlow ? patience.slowRetryMs : backoff) * (0.75 + Math.random() / 4);
  };
  let loops: Promise<unknown> = Promise.resolve();

  return {
    init: (bolt) => {
      app = bolt;
    },
    start: async () => {
      const bolt = app;
      if (bolt === null) throw new Error('start() before init()');
      loops = Promise.all(Array.from({ length: CONNECTIONS }, () => keepUp(bolt)));
    },
    stop: async () => {
      stopping.abort();
      for (const link of open) link.close();
      // A peer that lingers holds a closing handshake for seconds; nobody has to wait for that.
      await Promise.race([loops, pause(1_000, undefined, { ref: false })]);
    },
    problem: () => (open.size > 0 ? null : (lastProblem ?? 'Socket Mode: reconnecting')),
  };
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}
