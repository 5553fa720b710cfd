import type { LedgerEvent } from '../../domain/event.ts';
import type { RotationId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { pastPointOfNoReturn } from '../../domain/moves-back.ts';
import { isEnded, type Rotation } from '../../domain/rotation.ts';
import type { Run } from '../../domain/run.ts';
import { PermanentFailure, Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { authorize } from '../keys/authority.ts';
import { assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import type { RotationsDeps } from './deps.ts';
import { askToStop } from './preempt.ts';
import { rotationOrThrow } from './request.ts';
import { runsIn, wakeAll } from './wake.ts';

/** A scheduled rotation ends at once; one that has begun is taken back by its run, as long as that is possible. */
export async function cancelRotation(
  deps: RotationsDeps,
  id: RotationId,
  request: Origin & { reason: string },
): Promise<Rotation> {
  const runs = await auditRefusal(deps, { origin: request, what: `cancel ${id}` }, async () => {
    const { policy } = await deps.policy();
    assertReason(request.reason);
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    return deps.ledger.record(context, async ({ read }) => {
      const rotation = await rotationOrRefuse(read, id);
      const key = await read.key(rotation.key);
      const subject = key ?? { owner: null, escalation: null, service: null };
      await authorize(read, { policy, verb: 'cancel', origin: request, subject, now: deps.now() });
      const events = await cancellation(deps, read, { rotation, reason: request.reason });
      return { events, result: runsIn(events) };
    });
  });
  await wakeAll(deps, runs);
  return rotationOrThrow(deps.ledger.read, id);
}

async function rotationOrRefuse(read: LedgerReader, id: RotationId): Promise<Rotation> {
  const rotation = await read.rotation(id);
  if (rotation !== null) return rotation;
  throw new Refusal('unknown_rotation', `There is no rotation ${id}. \`rekey keys show\` names the ones of a key.`);
}

async function cancellation(
  deps: RotationsDeps,
  read: LedgerReader,
  { rotation, reason }: { rotation: Rotation; reason: string },
): Promise<LedgerEvent[]> {
  // The wish came true already, whoever had it first.
  if (rotation.state === 'cancelled') return [];
  if (isEnded(rotation))
    throw new Refusal(
      'rotation_over',
      `${rotation.id} ended at ${instantText(rotation.endedAt ?? rotation.createdAt)} (${rotation.state}).`,
    );
  const run = rotation.run === null ? null : await read.run(rotation.run);
  if (run === null || run.finishedAt !== null)
    return [{ type: 'rotation_ended', rotation: rotation.id, outcome: 'cancelled', why: reason }];
  assertReturnable(deps, rotation, run);
  return askToStop(read, run, reason);
}

function assertReturnable({ runbooks }: RotationsDeps, rotation: Rotation, run: Run): void {
  if (rotation.revokedAt === null && !isPast(runbooks, run)) return;
  throw new Refusal(
    'point_of_no_return',
    `${rotation.id} has begun to revoke the old key of ${rotation.slug}, which cannot be taken back. It goes on until that key is proved dead.`,
  );
}

// A plan that can no longer be read goes nowhere: such a run may always be cancelled.
function isPast(runbooks: RotationsDeps['runbooks'], run: Run): boolean {
  try {
    return pastPointOfNoReturn(runbooks.planOf(run.runbook), run);
  } catch (error) {
    if (error instanceof PermanentFailure) return false;
    throw error;
  }
}
