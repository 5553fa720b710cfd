import { UNWATCHED, watchClock } from '../../domain/clock-watch.ts';
import { type SenderDeps, sendDue } from './send-due.ts';

export interface RoundDeps extends SenderDeps {
  /** Milliseconds since some instant in the past, by the clock that nobody sets. */
  uptimeMs: () => number;
}

// As seldom as the scheduler looks, so that both believe a clock that was set again after the same time.
const COUNTED_EVERY_MS = 30_000;

/**
 * One round of sending after the other, none while the clock of the machine jumps: a day ahead would give up whatever is tried again, and take
 * an attempt that is under way for one that nobody has in hand.
 */
export function openRounds(deps: RoundDeps): () => Promise<number | 'frozen'> {
  let watch = UNWATCHED;
  return async () => {
    const now = { wall: deps.now(), uptimeMs: deps.uptimeMs() };
    const look = watchClock(watch, now, watch.last === null ? await lastRecordedAt(deps) : null);
    const isCounted = watch.last === null || now.uptimeMs - watch.last.uptimeMs >= COUNTED_EVERY_MS;
    if (look.jump !== null || isCounted) watch = look.watch;
    if (look.jump !== null) deps.log.error({ jump: look.jump }, 'deliveries: the clock jumped');
    return watch.doubts > 0 ? 'frozen' : sendDue(deps);
  };
}

async function lastRecordedAt({ ledger }: RoundDeps): Promise<Date | null> {
  const [newest] = await ledger.read.audit({ limit: 1 });
  return newest?.at ?? null;
}
