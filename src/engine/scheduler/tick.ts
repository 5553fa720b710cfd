import { type ClockWatch, UNWATCHED, watchClock } from '../../domain/clock-watch.ts';
import { sentenceOf } from '../../errors.ts';
import { lookAfterIncidents } from '../follow-ups/after-incidents.ts';
import { remindOfUpdates } from '../incidents/remind.ts';
import type { TickResult } from '../rotations/rotations.ts';
import { remindOwners } from '../runbooks/remind-owners.ts';
import { startScheduledRuns } from '../scheduled-runs/start-due.ts';
import { warnOfClock, warnOfLastAdmins, warnOfStuckRotations } from './alarms.ts';
import { type Look, lookAt, type SchedulerDeps } from './deps.ts';
import { endGraces, forgetKeys, type Graces, recordExpiries } from './end-keys.ts';
import { giveLeadNotices, type Told } from './lead-notices.ts';
import { newPlanning, type Planning, planRotations } from './plan-rotations.ts';
import { releaseClaims } from './release-claims.ts';
import { runDigest } from './run-digests.ts';
import { countEnds, type Ends, type Held, startRotations } from './start-rotations.ts';
import { type Settled, watchDigests } from './watch-digests.ts';

// What follows from other tables than the clock's own, and is not urgent to the minute.
const SLOW_EVERY_MS = 10 * 60_000;

export interface Scheduler {
  /** One look at the clock: does what is due now, each thing once, however many look. Two calls must not overlap. */
  tick: () => Promise<TickResult>;
}

/** What one process remembers from look to look. Losing it costs questions, never a second effect: that is decided in the ledger. */
interface Memory {
  planning: Planning;
  graces: Graces;
  held: Held;
  told: Told;
  ends: Ends;
  digests: Settled;
  /** By the clock that nobody sets. */
  slowAtMs: number;
  afterAtMs: number;
}

function newMemory({ now }: SchedulerDeps): Memory {
  return {
    planning: newPlanning(),
    graces: { after: undefined },
    held: new Map(),
    told: new Set(),
    ends: { from: now(), since: now(), counted: new Map() },
    digests: new Set(),
    slowAtMs: Number.NEGATIVE_INFINITY,
    afterAtMs: Number.NEGATIVE_INFINITY,
  };
}

const NOTHING: TickResult = {
  started: 0,
  completed: 0,
  failed: 0,
  scheduled: 0,
  expired: 0,
  retired: 0,
  forgotten: 0,
  frozen: false,
};

export function openScheduler(deps: SchedulerDeps): Scheduler {
  let watch = UNWATCHED;
  let memory = newMemory(deps);
  return {
    tick: async () => {
      const now = deps.now();
      const look = watchClock(watch, { wall: now, uptimeMs: deps.uptimeMs() }, await lastRecordedAt(deps, watch));
      watch = look.watch;
      if (look.jump !== null) {
        // What it remembers is dated by a clock that was wrong, or is.
        memory = newMemory(deps);
        deps.log.error({ jump: look.jump }, 'schedule: the clock jumped');
        await warnOfClock(deps, now, look.jump);
      }
      // A clock that is a day ahead would expire keys that are in use.
      return watch.doubts > 0 ? { ...NOTHING, frozen: true } : doWhatIsDue(deps, now, memory);
    },
  };
}

async function lastRecordedAt({ ledger }: SchedulerDeps, { last }: ClockWatch): Promise<Date | null> {
  if (last !== null) return null;
  const [newest] = await ledger.read.audit({ limit: 1 });
  return newest?.at ?? null;
}

async function doWhatIsDue(deps: SchedulerDeps, now: Date, memory: Memory): Promise<TickResult> {
  const troubles: unknown[] = [];
  // One part that fails keeps no other from what it has to do.
  const part = <T>(work: () => Promise<T>, otherwise: T): Promise<T> =>
    work().catch((error: unknown) => {
      troubles.push(error);
      return otherwise;
    });
  const expired = await part(() => recordExpiries(deps, now), 0);
  const ruled = await part(async () => byTheRules(await lookAt(now, deps), { deps, memory, part }), NOTHING);
  await part(() => releaseClaims(deps, now), 0);
  await part(() => watchDigests(deps, now, memory.digests), undefined);
  await part(() => lookSlowly(deps, now, memory), undefined);
  if (troubles.length > 0) throw new AggregateError(troubles, troubles.map(sentenceOf).join(' '));
  return { ...ruled, expired, ...(await countEnds(deps, now, memory.ends)) };
}

type Part = <T>(work: () => Promise<T>, otherwise: T) => Promise<T>;

/** What needs policy.yaml and key-classes.yaml: nothing of it is done while one of them cannot be read. */
async function byTheRules(
  look: Look,
  { deps, memory, part }: { deps: SchedulerDeps; memory: Memory; part: Part },
): Promise<TickResult> {
  const retired = await part(() => endGraces(deps, look, memory.graces), 0);
  const scheduled = await part(() => planRotations(deps, look, memory.planning), 0);
  await part(() => giveLeadNotices(deps, look, memory.told), undefined);
  const started = await part(() => startRotations(deps, look.now, memory.held), 0);
  await part(() => startScheduledRuns(deps, look), 0);
  const forgotten = await part(() => forgetKeys(deps, look), 0);
  await part(() => runDigest(deps, look), false);
  await part(() => remindOfUpdates(deps.ledger, look), 0);
  await part(() => lookAfter(deps, look, memory), undefined);
  return { ...NOTHING, retired, scheduled, started, forgotten };
}

/** What incidents leave behind. It needs the rules, and is not urgent. */
async function lookAfter(deps: SchedulerDeps, look: Look, memory: Memory): Promise<void> {
  const uptimeMs = deps.uptimeMs();
  if (uptimeMs - memory.afterAtMs < SLOW_EVERY_MS) return;
  await lookAfterIncidents(deps, look);
  memory.afterAtMs = uptimeMs;
}

async function lookSlowly(deps: SchedulerDeps, now: Date, memory: Memory): Promise<void> {
  const uptimeMs = deps.uptimeMs();
  if (uptimeMs - memory.slowAtMs < SLOW_EVERY_MS) return;
  await warnOfLastAdmins(deps, now);
  await warnOfStuckRotations(deps, now);
  await remindOwners(deps, now);
  await deps.ledger.prune(now);
  memory.slowAtMs = uptimeMs;
}
