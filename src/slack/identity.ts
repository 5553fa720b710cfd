import { setTimeout as pause } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import type { Log, Patience } from './deps.ts';
import { failureOf } from './web.ts';

export interface Identity {
  /** Resolves once Slack has accepted the bot token. */
  known: Promise<void>;
  /** Why Slack does not take the bot token, or null. */
  problem: () => string | null;
  stop: () => void;
}

const ASK_AGAIN_MS = 60_000;

/** Asks Slack whether the bot token is good: until it is, and then once a minute, because a token can be revoked. */
export function keepIdentity({ client, log, patience }: { client: WebClient; log: Log; patience: Patience }): Identity {
  const known = Promise.withResolvers<void>();
  const stopping = new AbortController();
  let problem: string | null = 'Slack has not answered yet';
  let failures = 0;

  const askOnce = async (): Promise<number> => {
    try {
      await client.auth.test();
      if (problem !== null) log.info({}, 'Slack accepts the bot token');
      problem = null;
      failures = 0;
      known.resolve();
      return ASK_AGAIN_MS;
    } catch (error) {
      const failure = failureOf(error);
      problem = `Web API: ${failure.error}`;
      log.warn({ err: error }, 'Slack did not accept the bot token or did not answer');
      failures += 1;
      if (failure.kind === 'auth') return patience.slowRetryMs;
      return Math.min(patience.slowRetryMs, patience.firstRetryMs * 2 ** Math.min(failures - 1, 10));
    }
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const waitMs = await askOnce();
      await pause(waitMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  void loop();
  return { known: known.promise, problem: () => problem, stop: () => stopping.abort() };
}
