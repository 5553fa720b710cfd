import type { RotationId } from '../../domain/ids.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { schedulerWord } from '../../domain/rotation.ts';
import { sentenceOf } from '../../errors.ts';
import type { SchedulerDeps } from './deps.ts';

const PAGE = 500;
const MOST_STARTS = 100;
// A freeze may be lifted while a rotation waits for its end.
const ASK_AGAIN_MS = 10 * 60_000;
const OVERLAP_MS = 60_000;

/** Which rotations a window or a freeze holds, and when to ask about them again. */
export type Held = Map<RotationId, Date>;

/** Begins what is due. One that cannot begin keeps nobody else from it, and is tried again at the next look. Returns how many began. */
export async function startRotations(deps: SchedulerDeps, now: Date, held: Held): Promise<number> {
  for (const [id, until] of held) if (until <= now) held.delete(id);
  let started = 0;
  for (const { id } of await startable(deps, now, held)) {
    const start = await deps.rotations.startDue(id).catch((error: unknown) => {
      deps.log.error({ err: error, rotation: id }, `schedule: ${id} did not begin: ${sentenceOf(error)}`);
      return null;
    });
    if (start?.kind === 'started') started += 1;
    if (start?.kind === 'waits') held.set(id, new Date(Math.min(start.until.getTime(), now.getTime() + ASK_AGAIN_MS)));
  }
  return started;
}

/** The first of what is due and not held, behind however many pages of what is. */
async function startable({ ledger }: SchedulerDeps, now: Date, held: Held): Promise<Rotation[]> {
  const found: Rotation[] = [];
  let page = await ledger.read.dueRotations(now, PAGE);
  for (;;) {
    found.push(...page.filter(({ id }) => !held.has(id)));
    const last = page.length === PAGE ? page.at(-1) : undefined;
    if (last === undefined || found.length >= MOST_STARTS) return found.slice(0, MOST_STARTS);
    page = await ledger.read.dueRotations(now, PAGE, { at: last.scheduledAt, id: last.id });
  }
}

/** Ends that were counted, so that each counts once although the stretches that are looked at overlap. */
export interface Ends {
  /** Ends before that are not this process's to count. */
  from: Date;
  since: Date;
  counted: Map<RotationId, Date>;
}

/** What came of rotations since the last look. A transaction that was under way then has an earlier time than that: hence the overlap. */
export async function countEnds(
  { ledger }: SchedulerDeps,
  now: Date,
  ends: Ends,
): Promise<{ completed: number; failed: number }> {
  const from = new Date(Math.max(ends.from.getTime(), ends.since.getTime() - OVERLAP_MS));
  const fresh = (await ledger.read.rotationsEndedSince(from)).filter(({ id }) => !ends.counted.has(id));
  for (const { id, endedAt } of fresh) ends.counted.set(id, endedAt ?? now);
  for (const [id, endedAt] of ends.counted) if (endedAt <= from) ends.counted.delete(id);
  ends.since = now;
  const isCalled = (word: ReturnType<typeof schedulerWord>) => (rotation: Rotation) =>
    schedulerWord(rotation.state) === word;
  return { completed: fresh.filter(isCalled('completed')).length, failed: fresh.filter(isCalled('failed')).length };
}
