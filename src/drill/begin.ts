import { setTimeout as pause } from 'node:timers/promises';
import type { RunId } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import { beginCase } from '../rehearsal/begin.ts';
import type { Stage } from './stage.ts';

const ALERT_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** Starts the run as its rehearsal does; an alert comes over the wire, from the API that refuses calls or from its monitoring. */
export async function beginDrill(stage: Stage, stop: AbortSignal): Promise<RunId> {
  const { drilled, start, subject } = stage;
  const { alert } = drilled.one;
  if (alert === undefined) {
    const { by = 'alice' } = drilled.one.rotation ?? drilled.one.request ?? {};
    stage.say(by, `asks for ${drilled.runbook.id} on ${subject.slug}`);
    return beginCase(stage, drilled.one, drilled.runbook);
  }
  if (alert.alert !== 'key_expired_blocked')
    await stage.raise({
      alert: alert.alert,
      key: subject.slug,
      count: alert.count,
      window_minutes: alert.window_minutes,
      first_seen_at: new Date(start.getTime() + alert.first_seen).toISOString(),
      details: {},
    });
  const run = await raisedRun(stage, stop);
  stage.say('api', `raises ${alert.alert}`);
  return run;
}

/** The run that an alert opened for this key. */
export async function raisedRun(stage: Stage, stop: AbortSignal): Promise<RunId> {
  const { deps, subject, traffic } = stage;
  const deadline = performance.now() + ALERT_WITHIN_MS;
  for (;;) {
    stop.throwIfAborted();
    const open = (await deps.ledger.read.runsOfKey(subject.id)).find(({ finishedAt }) => finishedAt === null);
    if (open !== undefined) return open.id;
    if (performance.now() > deadline)
      throw new Refusal(
        'no_run',
        `Within ${ALERT_WITHIN_MS / 1_000} s no alert has started a run for ${subject.slug}.`,
      );
    await traffic.beat();
    await pause(LOOK_EVERY_MS);
  }
}
