import type { LedgerEvent } from '../domain/event.ts';
import type { Actor } from '../domain/ids.ts';
import type { Alert } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { assertMay, type Policy } from '../domain/policy.ts';
import type { Situation } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { Recording, RecordingTx } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { keyRefOf } from '../steps/fields.ts';
import { newRun } from './begin.ts';
import type { EngineDeps } from './deps.ts';
import type { AlertRequest, Origin, RotateRequest, Started } from './engine.ts';
import { incidentOfRun } from './incident-of-run.ts';
import { auditRefusal } from './refusals.ts';
import { assertNotLastAdmin } from './rotations/lock-out.ts';
import { cutGraces, endPlanned, type Preemption, preemptionBy } from './rotations/preempt.ts';
import { assertNotTaken, assertNotWorse, type Running, runningEmergency } from './rotations/running.ts';
import { spikeAlarm } from './rotations/spike.ts';
import { runsIn, wakeAll } from './rotations/wake.ts';
import { findKey, keyBySlugOrRefuse } from './which-key.ts';

export const EMERGENCY_RUNBOOK = 'R-KEY-EXPIRY';
/** For a key that somebody else may have. A team without it, or a key that it is not for, gets the emergency runbook and its lanes. */
export const LEAK_RUNBOOK = 'R-KEY-LEAK';

/** `/rotate-key`: policy, incident, run, audit and messages in one transaction; the run is due when this returns. */
export async function rotate(deps: EngineDeps, request: RotateRequest): Promise<Started> {
  return recordStart(deps, request, `rotate ${request.slug}`, ({ read }, policy) =>
    emergencyStart(deps, request, { read, policy }),
  );
}

/** What recording would start it, or the Refusal with which it does not begin. Writes nothing. */
export async function emergencyStart(
  deps: EngineDeps,
  request: RotateRequest,
  { read, policy }: { read: LedgerReader; policy: Policy },
): Promise<Recording<Started>> {
  const named = await keyBySlugOrRefuse(read, request.slug);
  assertMay(policy, 'rotate', { actor: request.actor, subject: named });
  const preemption = await preemptionBy(read, named);
  const { key } = preemption;
  const situation = request.situation ?? situationOf(key, deps.now());
  assertTrueOf(key, { situation, now: deps.now() });
  const open = await runningEmergency(read, [key]);
  if (open !== null) {
    assertNotWorse(open, { key, mode: situation });
    const { id: run, incident } = open;
    return {
      events: [{ type: 'run_joined', run, incident, situation, reason: request.reason }],
      result: joined(open),
    };
  }
  await assertNotTaken(read, preemption);
  if (situation === 'exploited') await assertNotLastAdmin(read, key, deps.now(), 'rotate');
  const title = `${nameOf(key)}: ${situation === 'expired' ? 'expired' : `${situation} compromise`}`;
  const asked = { policy, origin: request, now: deps.now(), reason: request.reason };
  const { cuts, reason } =
    situation === 'expired' ? { cuts: [], reason: request.reason } : await cutGraces(read, key, asked);
  return begin(deps, read, {
    preemption,
    cuts,
    situation,
    title,
    reason,
    policy,
    actor: request.actor,
    startedAt: deps.now(),
    alert: null,
    runbook: emergencyRunbook(deps, key, situation),
  });
}

/** A verified alert from outside. The second alert for a key joins the incident that the first one opened. */
export async function alert(deps: EngineDeps, request: AlertRequest): Promise<Started> {
  return recordStart(deps, request, `alert ${request.alert}`, async (tx, policy) => {
    assertHookMay(policy, request);
    const found = await findKey(tx.read, request.key);
    const [runbook] = deps.runbooks.startedBy({ ...request, source: request.actor });
    const takes = takesKey(deps, runbook);
    const preemption: Preemption = takes ? await preemptionBy(tx.read, found) : { key: found, open: null, how: 'end' };
    const { key } = preemption;
    const received = alertOf(deps, request, key);
    // By slug the alert may mean the version that is just being replaced; its replacement is not what failed.
    const open = takes ? await runningEmergency(tx.read, await tx.read.versionsOf(key.slug)) : null;
    if (open !== null)
      return {
        events: [{ type: 'alert_received', alert: { ...received, incident: open.incident } }],
        result: joined(open),
      };
    if (runbook === undefined)
      throw new Refusal(
        'no_runbook',
        `No runbook starts on ${request.alert} with ${request.count} in ${request.windowMinutes} minutes. Add it under start_on.`,
      );
    const title = `${nameOf(key)}: ${request.alert}`;
    return begin(deps, tx.read, {
      preemption,
      // Calls that fail are no reason to refuse more of them: what is still accepted is left to the people who look.
      cuts: [],
      // A machine sees that calls fail; on a key whose time is not over that may be anything, so people look. A leak is one either way.
      situation: runbook !== LEAK_RUNBOOK && isOver(key, deps.now()) ? 'expired' : 'suspected',
      title,
      reason: `${request.alert}, ${request.count} in ${request.windowMinutes} min`,
      policy,
      actor: request.actor,
      startedAt: request.firstSeenAt,
      alert: received,
      runbook,
    });
  });
}

function emergencyRunbook({ runbooks }: Pick<EngineDeps, 'runbooks'>, key: Key, situation: Situation): string {
  if (situation === 'expired' || !runbooks.takes(LEAK_RUNBOOK, 'situation')) return EMERGENCY_RUNBOOK;
  try {
    runbooks.assertFits(LEAK_RUNBOOK, key);
    return LEAK_RUNBOOK;
  } catch (error) {
    // Federation and issuer keys and passphrases have their own lanes in the emergency runbook.
    if (error instanceof Refusal && error.code === 'runbook_does_not_fit') return EMERGENCY_RUNBOOK;
    throw error;
  }
}

/** One with `open_runs: any` leaves the key to the run that has it, and joins none. */
function takesKey({ runbooks }: Pick<EngineDeps, 'runbooks'>, runbook: string | undefined): boolean {
  const loaded = runbook === undefined ? null : runbooks.current(runbook);
  return loaded === null || runbooks.planOf(loaded).openRuns === 'one_per_key';
}

async function recordStart(
  deps: EngineDeps,
  origin: Origin,
  what: string,
  work: (tx: RecordingTx, policy: Policy) => Promise<Recording<Started>>,
): Promise<Started> {
  const context = { at: deps.now(), actor: origin.actor, channel: origin.channel };
  const { started, runs } = await auditRefusal(deps, { origin, what }, async () => {
    const { policy } = await deps.policy();
    return deps.ledger.record(context, async (tx) => {
      const { events, result } = await once(tx, origin, () => work(tx, policy));
      return { events, result: { started: result, runs: runsIn(events) } };
    });
  });
  await wakeAll(deps, runs);
  return started;
}

async function once(
  { seen, remember }: RecordingTx,
  { dedupe: { source, id } }: Origin,
  work: () => Promise<Recording<Started>>,
): Promise<Recording<Started>> {
  const before = await seen(source, id);
  if (before !== null) return { events: [], result: { kind: 'repeated', run: before.run, incident: before.incident } };
  const recording = await work();
  await remember(source, id, { run: recording.result.run, incident: recording.result.incident });
  return recording;
}

interface Beginning {
  preemption: Preemption;
  /** Ends the graces of older versions. */
  cuts: LedgerEvent[];
  situation: Situation;
  title: string;
  reason: string;
  policy: Policy;
  actor: Actor;
  startedAt: Date;
  alert: Alert | null;
  runbook: string;
}

async function begin(deps: EngineDeps, read: LedgerReader, of: Beginning): Promise<Recording<Started>> {
  const { preemption, title, reason, policy, actor, startedAt } = of;
  const { key } = preemption;
  const isLeak = of.situation !== 'expired';
  const opened = { key, title, policy, openedBy: actor, startedAt, isLeak };
  const { incident, opening } = await incidentOfRun(deps, read, opened);
  const { runbook } = of;
  // Runbooks that an alert starts need not ask what happened to our key: it may be another's that failed.
  const said = deps.runbooks.takes(runbook, 'situation') ? { situation: of.situation } : {};
  const inputs = { key: keyRefOf(key), ...said };
  const run = newRun(deps, { runbook, inputs, key, incident: incident.id, requestedBy: actor, reason });
  const alerts: LedgerEvent[] =
    of.alert === null ? [] : [{ type: 'alert_received', alert: { ...of.alert, incident: incident.id } }];
  const replaces = preemption.open?.id ?? null;
  return {
    events: [
      ...(await endPlanned(read, preemption, reason)),
      ...of.cuts,
      ...opening,
      ...alerts,
      { type: 'run_started', run },
      ...(await spikeAlarm(deps, read, { key, policy, requestedBy: actor, replaces })),
    ],
    result: { kind: 'started', run: run.id, incident: incident.id },
  };
}

function joined({ id: run, incident, requestedBy: startedBy, startedAt }: Running): Started {
  return { kind: 'joined', run, incident, startedBy, startedAt };
}

/** `expired` is the mildest lane; a key that is still valid does not get it by a slip of the tongue. */
function assertTrueOf(key: Key, { situation, now }: { situation: Situation; now: Date }): void {
  if (situation !== 'expired' || isOver(key, now) || key.state !== 'active' || key.provider !== 'ledger') return;
  const until = key.expiresAt === null ? 'has no expiry' : `is valid until ${key.expiresAt.toISOString()}`;
  throw new Refusal(
    'not_expired',
    `${nameOf(key)} has not expired: it ${until}. Say suspected (somebody may have it) or exploited (somebody used it, or it is public).`,
  );
}

function isOver(key: Key, now: Date): boolean {
  return key.state === 'expired' || (key.expiresAt !== null && key.expiresAt <= now);
}

function situationOf(key: Key, now: Date): Situation {
  if (isOver(key, now)) return 'expired';
  const until = key.expiresAt === null ? 'has no expiry' : `is valid until ${key.expiresAt.toISOString()}`;
  throw new Refusal(
    'situation_needed',
    `${nameOf(key)} ${until}, so say what happened: suspected (somebody may have it) or exploited (somebody used it, or it is public).`,
  );
}

function assertHookMay(policy: Policy, request: AlertRequest): void {
  const name = request.actor.slice('hook:'.length);
  const allowed = policy.hooks[name]?.alerts ?? [];
  if (request.actor.startsWith('hook:') && allowed.includes(request.alert)) return;
  throw new Refusal(
    'alert_not_allowed',
    `${request.actor} may not raise ${request.alert}. It may raise: ${allowed.join(', ') || 'nothing; add it under `hooks` in policy.yaml'}.`,
  );
}

function alertOf(deps: EngineDeps, request: AlertRequest, key: Key): Alert {
  const { alert: name, count, windowMinutes, details, actor } = request;
  return {
    id: deps.newId('alr'),
    incident: null,
    source: actor,
    alert: name,
    key: key.id,
    count,
    windowMinutes,
    details,
    receivedAt: deps.now(),
  };
}
