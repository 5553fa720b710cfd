import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../../errors.ts';
import type { Backend, QueueLog } from './backends.ts';
import { cleaned } from './cleaned.ts';
import { type Line, openLine, type Work } from './line.ts';
import { within } from './within.ts';

const ANSWER_MS = 1_500;
const LONGEST_PAUSE_MS = 2_000;
// A worker in trouble says the same thing several times a second.
const REPEAT_AFTER_MS = 60_000;

export interface KeptLine {
  /** Does something on the line. Refusal `queue_away` after at most 1.5 s when it cannot be done. */
  use: (action: (line: Line) => Promise<void>) => Promise<void>;
  /** Works on this line and on every one that replaces it. */
  work: (work: Work) => Promise<void>;
  close: (letWorkEnd: (line: Line) => Promise<void>) => Promise<void>;
}

export interface KeptLineOptions {
  backend: Backend;
  name: string;
  log: QueueLog;
  onError: (error: Error) => void;
}

/**
 * Keeps a line to a backend that may go away, come back, or come back empty, in any order and also before the first connection. Servers'
 * drivers reconnect by themselves; this notices, tells once, and opens anew what cannot mend itself.
 */
export async function keepLine({ backend, name, log, onError }: KeptLineOptions): Promise<KeptLine> {
  const leaving = new AbortController();
  let line: Line | undefined;
  let work: Work | undefined;
  let healing: Promise<void> | undefined;
  let burying: Promise<void> | undefined;
  let reason = 'it was never reached';
  let told = { sentence: '', at: 0 };

  const connect = async (): Promise<Line> => {
    await burying;
    const opened = await openLine(backend, name, { trouble, lost });
    try {
      if (work !== undefined) await opened.work(work);
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  };
  const tell = (error: Error): void => {
    if (error.message === told.sentence && Date.now() < told.at + REPEAT_AFTER_MS) return;
    told = { sentence: error.message, at: Date.now() };
    onError(error);
  };
  const answers = async (): Promise<boolean> => {
    try {
      line ??= await connect();
      await within(ANSWER_MS, line.ping());
      return true;
    } catch (error) {
      reason = cleaned(error, backend.secrets).message;
      return false;
    }
  };
  const heal = async (error: Error): Promise<void> => {
    // A backend that answers was not away: the error is about something else, and somebody should see it.
    if (await answers()) return tell(error);
    log.warn(
      `The queue (${backend.kind}, ${backend.place}) is away: ${reason}. Runs are recorded and go on when it is back.`,
    );
    for (let ms = 250; !leaving.signal.aborted; ms = Math.min(ms * 2, LONGEST_PAUSE_MS)) {
      await pause(ms, undefined, { signal: leaving.signal }).catch(() => {});
      if (!leaving.signal.aborted && (await answers())) {
        return log.info(`The queue (${backend.kind}, ${backend.place}) is back.`);
      }
    }
  };
  function trouble(error: unknown): void {
    const clean = cleaned(error, backend.secrets);
    reason = clean.message;
    if (leaving.signal.aborted) return;
    healing ??= heal(clean).finally(() => {
      healing = undefined;
    });
  }
  function lost(error: unknown): void {
    burying = line?.close() ?? burying;
    line = undefined;
    trouble(error);
  }

  try {
    line = await connect();
  } catch (error) {
    // A Refusal needs a person; everything else may pass.
    if (error instanceof Refusal) throw error;
    trouble(error);
  }

  return {
    use: async (action) => {
      try {
        if (line === undefined) throw new Error(reason);
        await within(ANSWER_MS, action(line));
      } catch (error) {
        trouble(error);
        throw away(backend, cleaned(error, backend.secrets));
      }
    },
    work: async (wanted) => {
      work = wanted;
      await line?.work(wanted).catch(lost);
    },
    close: async (letWorkEnd) => {
      leaving.abort();
      await healing;
      if (line !== undefined) await letWorkEnd(line);
      await line?.close();
      await burying;
      line = undefined;
      reason = 'it was closed';
    },
  };
}

function away({ kind, place }: Backend, cause: Error): Refusal {
  return new Refusal('queue_away', `The queue (${kind}, ${place}) cannot be used: ${cause.message}.`, { cause });
}
