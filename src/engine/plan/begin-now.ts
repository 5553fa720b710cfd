import type { LedgerEvent } from '../../domain/event.ts';
import type { Actor, IncidentId, RunId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { assertMay } from '../../domain/policy.ts';
import { RotationMode } from '../../domain/rotation.ts';
import { isEmergency } from '../../domain/rotation-rules.ts';
import type { JsonObject, Run } from '../../domain/run.ts';
import type { Obstacle } from '../../domain/runbook-plan.ts';
import { Refusal } from '../../errors.ts';
import { newIncident, newRun } from '../begin.ts';
import type { EngineDeps } from '../deps.ts';
import { emergency } from '../rotations/emergency.ts';
import { planned } from '../rotations/planned.ts';
import { assertNoSigner } from '../rotations/request.ts';
import type { RotationRequest } from '../rotations/rotations.ts';
import { ROTATION_RUNBOOK } from '../rotations/runbook.ts';
import { EMERGENCY_RUNBOOK, emergencyStart, LEAK_RUNBOOK } from '../start.ts';

export interface Asked {
  runbook: string;
  key: Key | null;
  inputs: JsonObject;
  actor: Actor;
  /** It is known to start on alerts, each of which opens an incident. */
  startsOnAlerts: boolean;
  /** The incident that it would be part of, where it opens none itself. */
  partOf?: IncidentId;
}

export interface BeginsNow {
  run: Run;
  incident: Incident | null;
  obstacles: Obstacle[];
  joins: RunId | null;
  notes: string[];
}

const ORIGIN = { channel: 'cli', dedupe: { source: 'plan', id: 'plan' } } as const;
const REASON = 'a plan';
const SITUATIONS = ['expired', 'suspected', 'exploited'] as const;

/**
 * The run as it would begin now, by the very functions that begin one, whose events are thrown away. What is wrong with runbook, inputs or key
 * is a Refusal, as at a real start; everything else that stands in the way is listed, and the plan goes on as if it did not.
 */
export async function beginNow(deps: EngineDeps, asked: Asked): Promise<BeginsNow> {
  const { runbook, inputs, key, actor: requestedBy } = asked;
  const plain = newRun(deps, { runbook, inputs, key, incident: null, requestedBy, reason: REASON });
  const obstacles: Obstacle[] = [];
  const events = (await listed(obstacles, () => eventsOfStart(deps, asked, plain))) ?? [];
  const started = events.find((event) => event.type === 'run_started');
  const joined = events.find((event) => event.type === 'run_joined');
  const { run, notes } = runOf(plain, started?.run ?? null, inputs);
  const opened = events.find((event) => event.type === 'incident_opened');
  const incident = opened?.incident ?? (await incidentOf(deps, asked, plain)) ?? (await partOf(deps, asked));
  const joins = joined?.run ?? (await holderOf(deps, asked, obstacles));
  return { run: { ...run, incident: incident?.id ?? null }, incident, obstacles, joins, notes };
}

/** What a person wrote counts before what the rules of rotations fill in, such as the grace and how many have to agree. */
function runOf(plain: Run, started: Run | null, given: JsonObject): { run: Run; notes: string[] } {
  if (started === null) return { run: plain, notes: [] };
  if (started.runbook.id !== plain.runbook.id)
    return {
      run: plain,
      notes: [`Asked for in this way today, ${started.runbook.id} would be started instead.`],
    };
  return { run: { ...started, inputs: { ...started.inputs, ...pick(plain.inputs, Object.keys(given)) } }, notes: [] };
}

function pick(inputs: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name) && name !== 'key'));
}

async function listed<T>(obstacles: Obstacle[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    obstacles.push({ code: error.code, sentence: error.message });
    return null;
  }
}

async function eventsOfStart(deps: EngineDeps, asked: Asked, plain: Run): Promise<LedgerEvent[]> {
  const { runbook, key, actor } = asked;
  const { policy } = await deps.policy();
  const { read } = deps.ledger;
  const verb = [ROTATION_RUNBOOK, EMERGENCY_RUNBOOK, LEAK_RUNBOOK].includes(runbook) ? 'rotate' : 'run';
  assertMay(policy, verb, { actor, subject: key ?? { owner: null, escalation: null } });
  if (key === null) return [];
  if (runbook === ROTATION_RUNBOOK) return (await rotationStart(deps, key, { asked, plain })).events;
  const { situation } = asked.inputs;
  if (runbook !== EMERGENCY_RUNBOOK && runbook !== LEAK_RUNBOOK) return [];
  const said = SITUATIONS.find((one) => one === situation) ?? null;
  const request = { ...ORIGIN, actor, slug: key.slug, situation: said, reason: REASON };
  return (await emergencyStart(deps, request, { read, policy })).events;
}

async function rotationStart(deps: EngineDeps, key: Key, { asked, plain }: { asked: Asked; plain: Run }) {
  assertNoSigner(key);
  const [{ policy }, rule] = [await deps.policy(), await deps.classRule(key.class)];
  const mode = RotationMode.exclude(['expired']).catch('planned').parse(plain.inputs.mode);
  const { grace_minutes: minutes } = asked.inputs;
  const request: RotationRequest = {
    ...ORIGIN,
    actor: asked.actor,
    key: key.id,
    mode,
    graceHours: minutes === undefined ? null : Number(minutes) / 60,
    notBefore: null,
    reason: REASON,
    override: null,
    deliver: deliverTo(key, asked.inputs),
  };
  return (isEmergency(mode) ? emergency : planned)(deps, request, { read: deps.ledger.read, key, policy, rule });
}

/** Without a place of its own the new key is offered to its owner, as when it is asked for in Slack. */
function deliverTo({ delivery, owner }: Key, { deliver_to: to, recipient }: JsonObject): RotationRequest['deliver'] {
  if (to !== 'claim' && (delivery !== null || owner === null)) return { to: 'registered' };
  if (typeof recipient === 'string') return { to: 'claim', recipient };
  return { to: 'claim', recipient: owner === null ? 'owner' : asRecipient(owner) };
}

function asRecipient(owner: string): string {
  return owner.startsWith('group:') ? owner : `person:${owner}`;
}

async function partOf({ ledger }: EngineDeps, { partOf: id }: Asked): Promise<Incident | null> {
  return id === undefined ? null : ledger.read.incident(id);
}

/** An alert opens one, and so does an emergency. */
async function incidentOf(
  deps: EngineDeps,
  { key, startsOnAlerts, actor, runbook }: Asked,
  plain: Run,
): Promise<Incident | null> {
  const { mode, situation } = plain.inputs;
  const said = RotationMode.safeParse(mode ?? situation).data ?? null;
  if (key === null || said === 'planned' || (said === null && !startsOnAlerts)) return null;
  const channel = (await deps.policy()).policy.team.incident_channel;
  const title = `${nameOf(key)}: ${runbook}`;
  return newIncident(deps, { key, title, channel, openedBy: actor, startedAt: deps.now() });
}

/** Another run has the key in its hands: one that wants it too is not begun beside it. */
async function holderOf({ ledger, runbooks }: EngineDeps, asked: Asked, obstacles: Obstacle[]): Promise<RunId | null> {
  const { key, runbook } = asked;
  const text = runbooks.current(runbook);
  if (key === null || text === null || runbooks.planOf(text).openRuns === 'any') return null;
  const open = await ledger.read.openRunOfKey(key.id);
  if (open === null) return null;
  if (obstacles.length === 0)
    obstacles.push({
      code: 'run_open',
      sentence: `${nameOf(key)} is in the hands of ${open.runbook.id} (${open.id}) since ${instantText(open.startedAt)}, started by ${open.requestedBy}.`,
    });
  return open.id;
}
