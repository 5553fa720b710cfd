import { RunId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { Json, JsonObject } from '../domain/run.ts';
import { newIncident, newRun } from '../engine/begin.ts';
import { openRotations } from '../engine/rotations/open-rotations.ts';
import { Refusal } from '../errors.ts';
import type { LoadedRunbook } from '../runbook/loaded.ts';
import { listed, suggestion } from '../runbook/suggest.ts';
import { keyRefOf } from '../steps/fields.ts';
import { keyNamed } from './fixture.ts';
import type { RehearsalCase } from './schema.ts';
import type { Stage } from './stage.ts';

type AlertStart = NonNullable<RehearsalCase['alert']>;
type RotationStart = NonNullable<RehearsalCase['rotation']>;

type Beginning = Pick<Stage, 'deps' | 'engine' | 'keys' | 'start'>;

/** Starts the run as the case says: by a person with inputs, by an alert, or by a request to replace a key. */
export async function beginCase(stage: Beginning, one: RehearsalCase, runbook: LoadedRunbook): Promise<RunId> {
  if (one.alert !== undefined) return byAlert(stage, one.alert);
  if (one.rotation !== undefined) return byRotation(stage, one.rotation);
  return byRequest(stage, one, runbook);
}

async function byRequest(stage: Beginning, one: RehearsalCase, runbook: LoadedRunbook): Promise<RunId> {
  const { deps, keys } = stage;
  const { by, reason, incident: wanted } = one.request ?? { by: 'alice', reason: 'a rehearsal', incident: true };
  const inputs = inputsOf(runbook, one.inputs, keys);
  const key = keyOfInputs(inputs, keys) ?? onlyKey(keys);
  const requestedBy = `person:${by}` as const;
  const { policy } = await deps.policy();
  const title = `${nameOf(key)}: ${reason}`;
  const channel = policy.team.incident_channel;
  const incident = newIncident(deps, { key, title, channel, openedBy: requestedBy, startedAt: deps.now() });
  const about = { runbook: runbook.id, inputs, key, requestedBy, reason };
  const run = newRun(deps, { ...about, incident: wanted ? incident.id : null });
  await deps.ledger.record({ at: deps.now(), actor: requestedBy, channel: 'cli' }, async () => ({
    events: [...(wanted ? [{ type: 'incident_opened', incident } as const] : []), { type: 'run_started', run }],
    result: undefined,
  }));
  return run.id;
}

async function byAlert(stage: Beginning, alert: AlertStart): Promise<RunId> {
  const { count, window_minutes: windowMinutes } = alert;
  const started = await stage.engine.alert({
    actor: `hook:${alert.hook}`,
    channel: 'hook',
    dedupe: { source: 'rehearsal', id: 'alert' },
    alert: alert.alert,
    key: slugOf(stage, alert.key),
    count,
    windowMinutes,
    firstSeenAt: new Date(stage.start.getTime() + alert.first_seen),
    details: {},
  });
  return begun(started.run, 'The alert');
}

async function byRotation(stage: Beginning, asked: RotationStart): Promise<RunId> {
  const { mode, reason, claimed_by: recipient } = asked;
  const { rotation } = await openRotations(stage.deps).request({
    actor: `person:${asked.by}`,
    channel: 'cli',
    dedupe: { source: 'rehearsal', id: `rotation ${stage.deps.now().toISOString()}` },
    key: slugOf(stage, asked.key),
    mode,
    graceHours: asked.grace_hours ?? null,
    notBefore: null,
    reason,
    override: null,
    deliver: recipient === undefined ? { to: 'registered' } : { to: 'claim', recipient },
  });
  return begun(rotation.run, 'The request');
}

function begun(run: string | null, what: string): RunId {
  if (run !== null) return RunId.parse(run);
  throw new Refusal('no_run', `${what} started no run at once, and a rehearsal follows a run.`);
}

function slugOf({ keys }: Beginning, name: string | undefined): string {
  const key = name === undefined ? onlyKey(keys) : (keyNamed(name, keys) ?? unknown(name, keys));
  return key.slug;
}

/** Inputs as the engine wants them: keys are named in the file, and the only one there need not be. */
function inputsOf(runbook: LoadedRunbook, given: Record<string, unknown>, keys: readonly Key[]): JsonObject {
  const inputs: JsonObject = { ...asJson(given) };
  for (const [name, spec] of Object.entries(runbook.inputs)) {
    if (spec.type !== 'key') continue;
    const named = given[name];
    const key = typeof named === 'string' ? (keyNamed(named, keys) ?? unknown(named, keys)) : onlyKey(keys);
    inputs[name] = keyRefOf(key);
  }
  return inputs;
}

function asJson(given: Record<string, unknown>): JsonObject {
  const text: Json = JSON.parse(JSON.stringify(given));
  return typeof text === 'object' && text !== null && !Array.isArray(text) ? text : {};
}

function keyOfInputs(inputs: JsonObject, keys: readonly Key[]): Key | null {
  for (const value of Object.values(inputs)) {
    const found = keys.find((key) => isRefTo(value, key));
    if (found !== undefined) return found;
  }
  return null;
}

function isRefTo(value: Json, key: Key): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && value.id === key.id;
}

function onlyKey(keys: readonly Key[]): Key {
  const [first, second] = keys;
  if (first !== undefined && second === undefined) return first;
  const there = keys.length === 0 ? 'there is none' : `there are ${listed(keys.map(nameOf))}`;
  throw new Refusal('which_key', `Say which key it is about: ${there}. Write \`inputs: { key: … }\`.`);
}

function unknown(name: string, keys: readonly Key[]): never {
  const known = keys.map(nameOf);
  throw new Refusal('unknown_key', `The ledger of this case has no ${name}; ${suggestion(name, known)}.`);
}
