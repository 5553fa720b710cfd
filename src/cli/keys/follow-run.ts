import { setTimeout as pause } from 'node:timers/promises';
import { spanText } from '../../domain/duration.ts';
import type { RunId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import type { Run, StepRecord, Waiting } from '../../domain/run.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Rekey } from '../with-rekey.ts';

/** Which run, and what `rekey keys …` and `rekey runs …` are told so that they find it: its key, or its own id. */
export interface Target {
  run: RunId;
  name: string;
  /** The command that goes on with it in this way. */
  goOn: string;
}

/** How far a run came while somebody looked on: its end, or what it waits for. */
export interface Followed {
  run: Run;
  waits: string[];
  /** The one who looked on went away; the run is in order. */
  left: boolean;
}

const LOOK_EVERY_MS = 250;
// A pause that is shorter than this is waited for; a longer one is told, and somebody else goes on.
const PATIENCE_MS = 20_000;

/**
 * Carries a run on in this process until it ends or waits for people or for a later time, and tells each step. Beside a `rekey serve` that
 * has the run, it only looks on. Ctrl-C lets the step in hand end and leaves; a second one is the operating system's.
 */
export async function followRun(
  { engine, deps }: Rekey,
  target: Target,
  tell: (line: string) => void,
): Promise<Followed> {
  const { read } = deps.ledger;
  const told = new Map<string, StepRecord['state']>();
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once('SIGINT', leave);
  try {
    for (;;) {
      await engine.advance(target.run);
      const run = await read.run(target.run);
      if (run === null) throw new Error(`The run ${target.run} is not in the ledger.`);
      for (const line of news(run, told)) tell(line);
      if (run.finishedAt !== null) return { run, waits: [], left: false };
      const people = [...pauseOf(run), ...doubtsIn(run)];
      if (people.length > 0) return { run, waits: people, left: false };
      const waits = waitingIn(run);
      const isPatient = waits.length === 0 || waits.some((waiting) => isSoon(waiting, deps.now()));
      if (!isPatient)
        return { run, waits: await Promise.all(waits.map((one) => describe(read, target, one))), left: false };
      if (leaving.signal.aborted) return { run, waits: [], left: true };
      await pause(LOOK_EVERY_MS, undefined, { signal: leaving.signal }).catch(() => {});
    }
  } finally {
    process.off('SIGINT', leave);
  }
}

const SAID: Partial<Record<StepRecord['state'], string>> = {
  done: '✓',
  failed: '✗',
  undone: '↩',
  in_doubt: '?',
  skipped: '–',
};

function news(run: Run, told: Map<string, StepRecord['state']>): string[] {
  return Object.values(run.steps)
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .flatMap((record) => {
      const mark = SAID[record.state];
      if (mark === undefined || record.state === 'skipped' || told.get(record.step) === record.state) return [];
      told.set(record.step, record.state);
      return [`${mark} ${record.step}${record.state === 'failed' ? `: ${record.error}` : ''}`];
    });
}

function pauseOf({ id, paused }: Run): string[] {
  if (paused === null) return [];
  return [`somebody who resumes it (${paused.by} paused it: ${paused.reason}): rekey runs resume ${id}`];
}

/** What a crash left open; only a person can say. */
function doubtsIn({ id, steps }: Run): string[] {
  return Object.values(steps).flatMap((record) =>
    record.state === 'in_doubt'
      ? [
          `somebody who knows whether ${record.step} happened (rekey runs settle ${id} ${record.step}): ${record.question}`,
        ]
      : [],
  );
}

function waitingIn(run: Run): Waiting[] {
  const records = Object.values(run.steps);
  // Something is under way, here or in another process.
  if (records.some(({ state }) => state === 'started')) return [];
  return records.flatMap((record) => (record.state === 'waiting' && !record.answered ? [record.waiting] : []));
}

function isSoon({ kind, until }: Waiting, now: Date): boolean {
  return (kind === 'time' || kind === 'retry') && until !== null && until.getTime() - now.getTime() < PATIENCE_MS;
}

type Reader = Pick<LedgerReader, 'approval' | 'ask' | 'claim'>;

async function describe(read: Reader, { name, goOn }: Target, waiting: Waiting): Promise<string> {
  const until = waiting.until === null ? '' : `, until ${instantText(waiting.until)}`;
  switch (waiting.kind) {
    case 'approval': {
      const asked = (await read.approval(waiting.id))?.asked.join(', ') || 'nobody who could';
      return `an approval of ${asked}${until}: rekey keys approve ${name}`;
    }
    case 'ask': {
      const ask = await read.ask(waiting.id);
      return `an answer of ${ask?.assigned.join(', ') ?? 'somebody'}${until} (rekey keys answer ${name}): ${ask?.question ?? waiting.id}`;
    }
    case 'claim': {
      const recipient = (await read.claim(waiting.id))?.recipient ?? 'its recipient';
      return `${recipient}, who takes the new value${until}: rekey keys claim ${waiting.id}`;
    }
    case 'run':
      return `the run ${waiting.id}`;
    case 'each':
      return `the runs that it started${until}`;
    case 'peers':
      return `the peers that trust it (rekey peers board ${name})${until}`;
    case 'time':
      return `the clock${until}, when \`rekey serve\` goes on, or: ${goOn}`;
    case 'look':
      return `its condition${until}, looked at every ${spanText(waiting.everyMs)} when \`rekey serve\` goes on`;
    case 'retry':
      return `another try at ${instantText(waiting.until)}, because of: ${waiting.error}`;
    default:
      return waiting satisfies never;
  }
}
