import { RotationId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { isEmergency } from '../../domain/rotation-rules.ts';
import { Refusal } from '../../errors.ts';
import type { LedTo, Recording, RecordingTx } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { authorize } from '../keys/authority.ts';
import { assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import { findKey } from '../which-key.ts';
import type { RotationsDeps } from './deps.ts';
import { emergency } from './emergency.ts';
import { planned } from './planned.ts';
import type { RotationAsked, RotationRequest } from './rotations.ts';
import { runsIn, wakeAll } from './wake.ts';

/** Authority, rules, rotation, run, audit and dedupe in one transaction; what has begun is due when this returns. */
export async function request(deps: RotationsDeps, asked: RotationRequest): Promise<RotationAsked> {
  const { asked: result, runs } = await auditRefusal(deps, { origin: asked, what: `rotate ${asked.key}` }, async () => {
    const { policy } = await deps.policy();
    assertReason(asked.reason);
    if (asked.override !== null) assertReason(asked.override);
    // Before the transaction, which must not wait for a file; every version of a name is of one class.
    const rule = await deps.classRule((await findKey(deps.ledger.read, asked.key)).class);
    const context = { at: deps.now(), actor: asked.actor, channel: asked.channel };
    return deps.ledger.record(context, async (tx) => {
      const key = await findKey(tx.read, asked.key);
      const now = deps.now();
      const unattended = rule.automatic && !isEmergency(asked.mode);
      await authorize(tx.read, { policy, verb: 'rotate', origin: asked, subject: key, now, unattended });
      assertNoSigner(key);
      const recording = await once(tx, asked, () =>
        (isEmergency(asked.mode) ? emergency : planned)(deps, asked, { read: tx.read, key, policy, rule }),
      );
      const runs = runsIn(recording.events);
      return { events: recording.events, result: { asked: recording.result, runs } };
    });
  });
  await wakeAll(deps, runs);
  if (result.kind === 'repeated') return result;
  return { ...result, rotation: await rotationOrThrow(deps.ledger.read, result.rotation.id) };
}

/** What signs is handed to nobody, so no run replaces it: people who may `administer` do, in one transaction (rotateSigningKey). */
export function assertNoSigner(key: Key): void {
  if (key.publicJwk === null) return;
  throw new Refusal(
    'not_allowed',
    `${nameOf(key)} signs JWTs: only people who may administer rotate it, on the command line: rekey keys rotate ${key.slug}.`,
  );
}

/** The same request again shows what it led to the first time. */
async function once(
  { read, seen, remember }: RecordingTx,
  { dedupe: { source, id } }: RotationRequest,
  work: () => Promise<Recording<RotationAsked>>,
): Promise<Recording<RotationAsked>> {
  const before = await seen(source, id);
  if (before !== null) return { events: [], result: await repeated(read, before) };
  const recording = await work();
  await remember(source, id, { run: null, incident: null, subject: `rotation:${recording.result.rotation.id}` });
  return recording;
}

async function repeated(read: LedgerReader, { subject }: LedTo): Promise<RotationAsked> {
  const id = /^rotation:(.+)$/.exec(subject ?? '')?.[1];
  if (id === undefined)
    throw new Refusal(
      'request_id_used',
      'This request id belongs to another request. Send this one under an id of its own.',
    );
  const rotation = await rotationOrThrow(read, RotationId.parse(id));
  const key = await read.key(rotation.key);
  if (key === null) throw new Error(`The key ${rotation.key} of ${rotation.id} is not in the ledger.`);
  return { kind: 'repeated', rotation, key };
}

export async function rotationOrThrow(read: Pick<LedgerReader, 'rotation'>, id: RotationId) {
  const rotation = await read.rotation(id);
  if (rotation === null) throw new Error(`The rotation ${id} is not in the ledger, although it was recorded there.`);
  return rotation;
}
