import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../errors.ts';
import type { DoorDeps } from './handle.ts';
import { SlackAway } from './slack-away.ts';

/** Rekey stops while something waits for Slack. It stays unhandled in the inbox, so the next start goes on with it. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

type Waiting = Pick<DoorDeps, 'desk' | 'log' | 'patience' | 'stopping'> & {
  until: Date;
  tell: (sentence: string) => Promise<void>;
};

const LONGEST_WAIT_MS = 15_000;

/**
 * An order must not be lost because Slack does not say at once who gave it: it is asked again, with longer and longer pauses, until `until`.
 * The person hears once that it waits. In the end a Refusal says that nothing was done.
 */
export async function untilSlackAnswers<T>(waiting: Waiting, ask: () => Promise<T>): Promise<T> {
  const { desk, log, patience, stopping, until, tell } = waiting;
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SlackAway)) throw error;
      log.warn({ err: error, tries }, 'Slack does not say who gave an order; it waits');
      if (stopping.aborted) throw new Stopped();
      if (desk.now() >= until) throw givenUp(error);
      // The first hiccup is over before anybody could read of it.
      if (tries === 1)
        await tell(
          'Slack does not say who you are right now. Rekey has kept what you asked for and goes on as soon as it does.',
        );
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, patience.firstRetryMs * 2 ** Math.min(tries, 10));
    await pause(waitMs, undefined, { signal: stopping }).catch(() => {
      throw new Stopped();
    });
  }
}

function givenUp(cause: SlackAway): Refusal {
  return new Refusal(
    'member_unknown',
    'Slack still does not say who you are, so nothing was done. Ask again in some minutes; `rekey` on the command line works without Slack.',
    { cause },
  );
}
