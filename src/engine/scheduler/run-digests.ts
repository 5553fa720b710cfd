import type { Alarm } from '../../domain/alarm.ts';
import { digestIdOf } from '../../domain/digest/digest.ts';
import { type DueDigest, daysDueSince, lastDigestDue } from '../../domain/digest/schedule.ts';
import { spanText } from '../../domain/duration.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { instantText } from '../../domain/instant.ts';
import { EVERY_KEY } from '../../domain/reach.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { makeDigest } from '../digests/make.ts';
import { asSchedule, type Look, type SchedulerDeps } from './deps.ts';

/** A restart or a slow look is no news; what is later than this was missed. */
const ON_TIME_MS = 15 * 60_000;

/**
 * Makes the digest whose time has come, once, however many look at the clock. After a time in which nobody looked it makes the last one of
 * those that were left out, and says so in an alarm: a digest that does not come looks like one that had nothing to say.
 */
export async function runDigest(deps: SchedulerDeps, look: Look): Promise<boolean> {
  const { read } = deps.ledger;
  const due = lastDigestDue(look.now, look.policy);
  if (due === null) return false;
  const last = await read.lastDigest();
  if (last === null ? !(await wasThereAt(due.at, read)) : last.day >= due.day) return false;
  const id = digestIdOf(due.day);
  const digest = await makeDigest(deps, look, { id, day: due.day, kind: due.kind, dueAt: due.at, reach: EVERY_KEY });
  const alarm = missed(due, last === null ? [due.day] : daysDueSince(last.day, due, look.policy), look.now);
  return deps.ledger.record(asSchedule(look.now), async (tx) => {
    const before = await tx.read.lastDigest();
    if (before !== null && before.day >= due.day) return { events: [], result: false };
    const events: LedgerEvent[] = [{ type: 'digest_ran', digest }];
    if (alarm !== null) events.unshift({ type: 'alarm_raised', alarm });
    return { events, result: true };
  });
}

/** A ledger that is younger than the digest missed nothing. */
async function wasThereAt(at: Date, read: LedgerReader): Promise<boolean> {
  const [first] = await read.auditRange(1, 1);
  return first !== undefined && first.at <= at;
}

function missed(due: DueDigest, days: readonly string[], now: Date): Alarm | null {
  const lateMs = now.getTime() - due.at.getTime();
  const earlier = days.slice(0, -1);
  if (lateMs <= ON_TIME_MS && earlier.length === 0) return null;
  const late =
    lateMs <= ON_TIME_MS
      ? ''
      : `The digest of ${instantText(due.at)} came ${spanText(lateMs)} late, because Rekey did not run then. `;
  const left =
    earlier.length === 0
      ? ''
      : `No digest came on ${earlier.slice(-5).join(', ')}${earlier.length > 5 ? ` and ${earlier.length - 5} days before` : ''}; the one of ${due.day} stands for all of them. `;
  return {
    id: `alm-${digestIdOf(due.day)}`,
    kind: 'digest_missed',
    key: null,
    sentence: `${late}${left}See that Rekey is watched: GET /readyz.`,
    raisedAt: now,
  };
}
