import { setTimeout as pause } from 'node:timers/promises';
import type { RunId } from '../domain/ids.ts';
import type { Run } from '../domain/run.ts';
import { type Awaited, awaitedIn } from '../rehearsal/awaited.ts';
import { answerOfItself, play } from './people.ts';
import type { Stage } from './stage.ts';

const DAY_MS = 24 * 3_600_000;
/** Of its own time; a run that then still waits is not going anywhere. */
const LONGEST_MS = 60 * DAY_MS;
const LOOK_EVERY_MS = 25;
const MOST_RUNS = 500;

/** Plays people and clock until this run and everything that follows from it has ended. Returns the runs that were followed. */
export async function follow(stage: Stage, first: RunId, stop: AbortSignal): Promise<RunId[]> {
  const followed = [first];
  const since = new Map<string, Date>();
  const end = new Date(stage.now().getTime() + LONGEST_MS);
  for (;;) {
    stop.throwIfAborted();
    await stage.traffic.beat();
    await stage.fault.look?.(stage);
    if (await isBusy(stage)) {
      await pause(LOOK_EVERY_MS);
      continue;
    }
    const runs = await openRuns(stage);
    if (runs.length === 0) {
      const next = await after(stage, followed.at(-1) ?? first);
      if (next === null) return followed;
      if (next !== followed.at(-1)) followed.push(next);
      continue;
    }
    const move = await nextOf(stage, runs, since);
    if (move === null || move.at > end) {
      stage.complaints.push(`The run stands still: ${standing(runs)}.`);
      return followed;
    }
    if (move.at > stage.now()) {
      await stage.travelTo(move.at);
      await stage.fault.look?.(stage);
    }
    await move.happen();
  }
}

async function after(stage: Stage, id: RunId): Promise<RunId | null> {
  const run = await stage.deps.ledger.read.run(id);
  return run === null ? null : ((await stage.fault.afterEnd?.(stage, run)) ?? null);
}

/** Something is under way, or is to be shown to people before they can act on it. */
async function isBusy({ deps, now }: Stage): Promise<boolean> {
  const due = await deps.ledger.leases.due(now(), () => true);
  if (due.length > 0) return true;
  const message = await deps.ledger.outbox.nextDue();
  return message !== null && message <= now();
}

export async function openRuns({ deps }: Stage): Promise<Run[]> {
  const ids = await deps.ledger.read.newestRuns({ open: true, limit: MOST_RUNS });
  const runs = await Promise.all(ids.map((id) => deps.ledger.read.run(id)));
  return runs.flatMap((run) => (run === null ? [] : [run]));
}

interface Move {
  at: Date;
  happen: () => Promise<void>;
}

/** Of everything that could come next the first; people before timers, because they are told before those ring. */
async function nextOf(stage: Stage, runs: readonly Run[], since: Map<string, Date>): Promise<Move | null> {
  const awaited = await awaitedIn(stage.deps.ledger.read, runs);
  const answers = awaited.flatMap((one) => moveOf(stage, one, since));
  const timers = runs.flatMap((run): Move[] => {
    const at = stage.alarms.get(run.id);
    return at === undefined || at <= stage.now() ? [] : [{ at, happen: stage.wake }];
  });
  const due = stage.fault.dueAt?.() ?? null;
  const ofFault = due === null ? [] : [{ at: due, happen: async () => {} }];
  const moves = [...answers, ...timers, ...ofFault];
  return moves.length === 0 ? null : moves.reduce((first, move) => (move.at < first.at ? move : first));
}

function moveOf(stage: Stage, one: Awaited, since: Map<string, Date>): Move[] {
  if (!since.has(one.id)) since.set(one.id, stage.now());
  const asked = since.get(one.id) ?? stage.now();
  const line = stage.answers.peek(one.names);
  const answer = line ?? answerOfItself(one);
  if (answer === null || answer === 'nobody') return [];
  const at = new Date(asked.getTime() + answer.after);
  const held = stage.fault.holds?.(stage, one) ?? null;
  const happen = async () => {
    if (line !== null) stage.answers.take(one.names);
    since.set(one.id, stage.now());
    await play(stage, one, answer);
  };
  return [{ at: held !== null && held > at ? held : at, happen }];
}

function standing(runs: readonly Run[]): string {
  const waiting = runs.flatMap((run) => Object.values(run.steps)).filter((record) => record.state === 'waiting');
  return `it waits in ${waiting.map((record) => record.step).join(', ') || 'nothing in particular'} for what nobody does in this drill`;
}
