import type { LedgerEvent } from '../../domain/event.ts';
import { KeyId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import type { Key } from '../../domain/key.ts';
import type { JsonObject } from '../../domain/run.ts';
import { startRulesOf } from '../../domain/schedule.ts';
import type { ScheduledRun } from '../../domain/scheduled-run.ts';
import { nextStart } from '../../domain/windows.ts';
import { ConfigTrouble, Refusal, sentenceOf } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { LedgerTrouble } from '../../ledger/trouble.ts';
import { keyRef, keyRefOf } from '../../steps/fields.ts';
import { newRun } from '../begin.ts';
import { asSchedule, type Look, ruleFor, type SchedulerDeps } from '../scheduler/deps.ts';

const MOST_STARTS = 500;

/**
 * Begins the runs whose time has come, each once, however many look and however late: what was due while Rekey was down begins now, unless
 * its latest time is over. One that cannot begin keeps no other from it. The sweep wakes what has begun. Returns how many began.
 */
export async function startScheduledRuns(deps: SchedulerDeps, look: Look): Promise<number> {
  let started = 0;
  for (const { id } of await deps.ledger.read.dueScheduledRuns(look.now, MOST_STARTS)) {
    const hasBegun = await startOne(deps, look, id).catch((error: unknown) => {
      deps.log.error({ err: error, scheduled: id }, `schedule: ${id} did not begin: ${sentenceOf(error)}`);
      return false;
    });
    if (hasBegun) started += 1;
  }
  return started;
}

async function startOne(deps: SchedulerDeps, look: Look, id: string): Promise<boolean> {
  return deps.ledger.record(asSchedule(look.now), async ({ read }) => {
    const scheduled = await read.scheduledRun(id);
    // Taken by somebody who looks at the same clock, or cancelled.
    if (scheduled === null || scheduled.outcome !== null) return { events: [], result: false };
    const events = await beginning(deps, { look, read, scheduled });
    return { events, result: events.some((event) => event.type === 'run_started') };
  });
}

interface Due {
  look: Look;
  read: LedgerReader;
  scheduled: ScheduledRun;
}

async function beginning(deps: SchedulerDeps, due: Due): Promise<LedgerEvent[]> {
  const { look, read, scheduled } = due;
  const { latestAt } = scheduled;
  const key = scheduled.key === null ? null : await read.key(scheduled.key);
  if (latestAt !== null && latestAt < look.now)
    return missed(due, key, `it was to begin by ${instantText(latestAt)}, and nothing could begin it until then.`);
  if (key !== null && (await isHeld(key, due))) return [];
  try {
    const run = newRun(deps, {
      runbook: scheduled.runbook,
      inputs: await inputsNow(read, scheduled.inputs),
      key,
      incident: await openIncident(read, scheduled),
      requestedBy: scheduled.requestedBy,
      reason: `scheduled: ${scheduled.reason}`,
    });
    return [
      { type: 'run_started', run },
      { type: 'scheduled_run_started', scheduled: scheduled.id, run: run.id },
    ];
  } catch (error) {
    if (!isFinal(error)) throw error;
    return missed(due, key, error.message);
  }
}

/** A freeze that was made since, or a run that has the key in its hands: it begins when that is over. */
async function isHeld(key: Key, { look, read }: Due): Promise<boolean> {
  const rules = startRulesOf(key, { rule: ruleFor(key.class, look), policy: look.policy });
  if (nextStart(look.now, rules).at > look.now) return true;
  const open = await read.openRunOfKey(key.id);
  return open !== null && open.cancelRequestedAt === null;
}

/** The keys as they are by now: an owner may have changed since. */
async function inputsNow(read: LedgerReader, inputs: JsonObject): Promise<JsonObject> {
  const now: JsonObject = {};
  for (const [name, value] of Object.entries(inputs)) {
    const ref = keyRef.safeParse(value).data;
    const key = ref === undefined ? null : await read.key(KeyId.parse(ref.id));
    now[name] = key === null ? value : keyRefOf(key);
  }
  return now;
}

async function openIncident(read: LedgerReader, { incident }: ScheduledRun) {
  const found = incident === null ? null : await read.incident(incident);
  return found === null || found.closedAt !== null ? null : found.id;
}

function missed({ look, scheduled }: Due, key: Key | null, why: string): LedgerEvent[] {
  const sentence = `The scheduled run ${scheduled.id} (${scheduled.runbook}) did not begin: ${why} Schedule it again, or start it by hand.`;
  const alarm = { id: `alm-${scheduled.id}`, kind: 'scheduled_run_missed', key: key?.id ?? null, sentence } as const;
  return [
    { type: 'scheduled_run_missed', scheduled: scheduled.id, why },
    { type: 'alarm_raised', alarm: { ...alarm, raisedAt: look.now } },
  ];
}

/** What looking again would not mend. A runbook that cannot be read is mended by people, and the run waits for that. */
function isFinal(error: unknown): error is Refusal {
  if (error instanceof ConfigTrouble || error instanceof LedgerTrouble) return false;
  return error instanceof Refusal && error.code !== 'unknown_runbook';
}
