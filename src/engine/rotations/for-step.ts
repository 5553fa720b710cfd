import type { LedgerEvent } from '../../domain/event.ts';
import { RunId, StepId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { isEmergency, isWorse } from '../../domain/rotation-rules.ts';
import type { Run } from '../../domain/run.ts';
import { PermanentFailure } from '../../errors.ts';
import { type AskedRotation, rotationIdOf } from '../../steps/later.ts';
import type { RotationsDeps } from './deps.ts';
import { emergency } from './emergency.ts';
import { planned } from './planned.ts';
import { assertNoSigner } from './request.ts';

/** Which attempt of which step asks. */
export interface Asking {
  run: Run;
  step: { id: string };
  token: string;
}

/**
 * What a rotation needs to begin or to stand on the calendar, under the same rules as a person's: the events are the step's to record. One
 * that begins now is a run under the asking one. One that is open for this key and does as much is joined: then there are no events.
 */
export async function rotationForStep(
  deps: RotationsDeps,
  asking: Asking,
  asked: AskedRotation,
): Promise<{ rotation: Rotation; events: LedgerEvent[] }> {
  const { read } = deps.ledger;
  const key = await read.key(asked.key);
  if (key === null) throw new PermanentFailure(`The ledger has no key ${asked.key}.`);
  assertNoSigner(key);
  const { run } = asking;
  const within = [run.id, ...(await read.ancestorsOf(run.id))];
  const open = await read.openRotationOf(key.slug);
  if (open?.run != null && within.includes(open.run))
    throw new PermanentFailure(`${nameOf(key)} is being replaced by this run itself (${open.id}).`);
  if (open !== null && asked.notBefore === null && doesAsMuch(open, key, asked)) return { rotation: open, events: [] };
  const request = { ...asked, key: key.id, actor: run.requestedBy, channel: 'engine', dedupe: NO_DEDUPE } as const;
  const [{ policy }, rule] = [await deps.policy(), await deps.classRule(key.class)];
  const standing = { read, key, policy, rule, within, incident: run.incident };
  const start = isEmergency(asked.mode) ? emergency : planned;
  const { events, result } = await start(withOwnId(deps, asking), request, standing);
  return { rotation: result.rotation, events: events.map((event) => asChild(event, asking, result.rotation)) };
}

// The step's own record is what keeps it from having its effect twice.
const NO_DEDUPE = { source: 'step', id: '' } as const;

function doesAsMuch(open: Rotation, key: Key, { mode }: AskedRotation): boolean {
  return open.key === key.id && !isWorse(mode, open.mode);
}

function withOwnId(deps: RotationsDeps, { token }: Asking): RotationsDeps {
  return { ...deps, newId: (prefix) => (prefix === 'rot' ? rotationIdOf(token) : deps.newId(prefix)) };
}

/** The run that carries the rotation out belongs to the one that waits for it: it is cancelled with it, and is no second run on the key. */
function asChild(event: LedgerEvent, { run, step, token }: Asking, rotation: Rotation): LedgerEvent {
  const id = RunId.parse(token.replaceAll('.', '-'));
  if (event.type === 'rotation_started' && event.rotation === rotation.id) return { ...event, run: id };
  if (event.type !== 'run_started') return event;
  const parent = { run: run.id, step: StepId.parse(step.id) };
  return { ...event, run: { ...event.run, id, parent, incident: event.run.incident ?? run.incident } };
}
