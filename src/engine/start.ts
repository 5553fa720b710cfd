import type { LedgerEvent } from '../domain/event.ts';
import { type Actor, IncidentId, RunId } from '../domain/ids.ts';
import type { Alert, Incident } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { assertMay, type Policy } from '../domain/policy.ts';
import type { Run, Situation } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { Recording, RecordingTx } from '../ledger/ledger.ts';
import { keyRefOf } from '../steps/fields.ts';
import type { EngineDeps } from './deps.ts';
import type { AlertRequest, Origin, RotateRequest, Started } from './engine.ts';
import { wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';
import { findKey, keyBySlugOrRefuse } from './which-key.ts';

export const EMERGENCY_RUNBOOK = 'R-KEY-EXPIRY';

/** `/rotate-key`: policy, incident, run, audit and messages in one transaction; the run is due when this returns. */
export async function rotate(deps: EngineDeps, request: RotateRequest): Promise<Started> {
  return recordStart(deps, request, `rotate ${request.slug}`, async (tx, policy) => {
    const key = await keyBySlugOrRefuse(tx.read, request.slug);
    assertMay(policy, 'rotate', { actor: request.actor, subject: key });
    const situation = request.situation ?? situationOf(key, deps.now());
    assertTrueOf(key, { situation, now: deps.now() });
    const open = await joinOpenRun(tx, [key]);
    if (open !== null) {
      assertNotWorse(await tx.read.run(open.run), { key, situation });
      return {
        events: [{ type: 'run_joined', run: open.run, incident: open.incident, situation, reason: request.reason }],
        result: open,
      };
    }
    const title = `${nameOf(key)}: ${situation === 'expired' ? 'expired' : `${situation} compromise`}`;
    return begin(deps, {
      key,
      situation,
      title,
      reason: request.reason,
      policy,
      actor: request.actor,
      startedAt: deps.now(),
      alert: null,
      runbook: EMERGENCY_RUNBOOK,
    });
  });
}

/** A verified alert from outside. The second alert for a key joins the incident that the first one opened. */
export async function alert(deps: EngineDeps, request: AlertRequest): Promise<Started> {
  return recordStart(deps, request, `alert ${request.alert}`, async (tx, policy) => {
    assertHookMay(policy, request);
    const key = await findKey(tx.read, request.key);
    const received = alertOf(deps, request, key);
    // By slug the alert may mean the version that is just being replaced; its replacement is not what failed.
    const open = await joinOpenRun(tx, await tx.read.versionsOf(key.slug));
    if (open !== null)
      return { events: [{ type: 'alert_received', alert: { ...received, incident: open.incident } }], result: open };
    const [runbook] = deps.runbooks.startedBy({ ...request, source: request.actor });
    if (runbook === undefined)
      throw new Refusal(
        'no_runbook',
        `No runbook starts on ${request.alert} with ${request.count} in ${request.windowMinutes} minutes. Add it under start_on.`,
      );
    const title = `${nameOf(key)}: ${request.alert}`;
    return begin(deps, {
      key,
      // A machine sees that calls fail; on a key whose time is not over that may be anything, so people look.
      situation: isOver(key, deps.now()) ? 'expired' : 'suspected',
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

async function recordStart(
  deps: EngineDeps,
  origin: Origin,
  what: string,
  work: (tx: RecordingTx, policy: Policy) => Promise<Recording<Started>>,
): Promise<Started> {
  const context = { at: deps.now(), actor: origin.actor, channel: origin.channel };
  const started = await auditRefusal(deps, { origin, what }, async () => {
    const { policy } = await deps.policy();
    return deps.ledger.record(context, async (tx): Promise<Recording<Started>> => {
      const { source, id } = origin.dedupe;
      const before = await tx.seen(source, id);
      if (before !== null) return { events: [], result: { kind: 'repeated', ...before } };
      const recording = await work(tx, policy);
      await tx.remember(source, id, { run: recording.result.run, incident: recording.result.incident });
      return recording;
    });
  });
  if (started.kind === 'started') await wakeSoon(deps, started.run);
  return started;
}

interface Beginning {
  key: Key;
  situation: Situation;
  title: string;
  reason: string;
  policy: Policy;
  actor: Actor;
  startedAt: Date;
  alert: Alert | null;
  runbook: string;
}

function begin(deps: EngineDeps, of: Beginning): Recording<Started> {
  const now = deps.now();
  const runbook = deps.runbooks.current(of.runbook);
  if (runbook === null)
    throw new Refusal('unknown_runbook', `${of.runbook} is not loaded. Run \`rekey runbooks lint\` to see why.`);
  deps.runbooks.assertFits(of.runbook, of.key);
  const inputs = deps.runbooks.checkInputs(of.runbook, { key: keyRefOf(of.key), situation: of.situation });
  const incident = incidentOf(deps, of, now);
  const run: Run = {
    id: RunId.parse(deps.newId('run')),
    incident: incident.id,
    parent: null,
    runbook,
    inputs,
    key: of.key.id,
    requestedBy: of.actor,
    reason: of.reason,
    startedAt: now,
    finishedAt: null,
    outcome: null,
    cancelRequestedAt: null,
    steps: {},
  };
  const alerts: LedgerEvent[] =
    of.alert === null ? [] : [{ type: 'alert_received', alert: { ...of.alert, incident: incident.id } }];
  return {
    events: [{ type: 'incident_opened', incident }, ...alerts, { type: 'run_started', run }],
    result: { kind: 'started', run: run.id, incident: incident.id },
  };
}

function incidentOf(deps: EngineDeps, of: Beginning, now: Date): Incident {
  return {
    id: IncidentId.parse(deps.newId('inc')),
    severity: of.key.environment === 'production' ? 'SEV2' : 'SEV3',
    title: of.title,
    key: of.key.id,
    keyClass: null,
    channel: of.policy.team.incident_channel,
    openedBy: of.actor,
    startedAt: of.startedAt,
    reportedAt: now,
    containedAt: null,
    recoveredAt: null,
    closedAt: null,
    openPoints: [],
  };
}

async function joinOpenRun(
  tx: RecordingTx,
  keys: readonly Key[],
): Promise<Extract<Started, { kind: 'joined' }> | null> {
  for (const key of keys) {
    const open = await tx.read.openRunOfKey(key.id);
    if (open === null || open.incident === null) continue;
    const { id: run, incident, requestedBy: startedBy, startedAt } = open;
    return { kind: 'joined', run, incident, startedBy, startedAt };
  }
  return null;
}

const SEVERITY: readonly Situation[] = ['expired', 'suspected', 'exploited'];

/** A run treats its key as it was asked to. Joining it with worse news would acknowledge the news and then not act on it. */
function assertNotWorse(run: Run | null, { key, situation }: { key: Key; situation: Situation }): void {
  const running = SEVERITY.find((one) => one === run?.inputs.situation);
  if (run === null || running === undefined || SEVERITY.indexOf(situation) <= SEVERITY.indexOf(running)) return;
  throw new Refusal(
    'worse_than_running',
    `${nameOf(key)} is being recovered as ${running} (${run.id}), which does less than ${situation} needs. ` +
      `Cancel that run with a reason, then ask again: /rotate-key cancel ${run.id} because "…"`,
  );
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
