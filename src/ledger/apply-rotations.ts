import type { Insertable, Updateable } from 'kysely';
import type { LedgerEvent } from '../domain/event.ts';
import type { KeyId, RunId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import { RotationMode } from '../domain/rotation.ts';
import type { RunOutcome } from '../domain/run.ts';
import { wakeRun } from './apply-runs.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { fromJson, stored } from './codec.ts';
import { insertRow } from './compiled.ts';
import type { LedgerDb } from './open.ts';
import { rotationToRow } from './rotations.ts';
import { JsonRecord } from './runs.ts';
import type { RotationsTable } from './schema/keys.ts';

type RotationEvent = Extract<LedgerEvent, { type: `rotation_${string}` | `usage_gate_${string}` }>;
type RotationChange = Updateable<RotationsTable> & { state: string };

export async function applyRotationEvent(tx: LedgerDb, event: RotationEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'rotation_requested':
      await insertRow(tx, 'rotations', rotationToRow(event.rotation));
      return;
    case 'rotation_started':
      return changeOne(
        tx
          .updateTable('rotations')
          .set((eb) => ({
            run_id: event.run,
            started_at: at,
            state: eb.case().when('approvals', '>', 0).then('awaiting_approval').else('intent_written').end(),
          }))
          .where('id', '=', event.rotation)
          .where('state', '=', 'scheduled'),
        `scheduled rotation ${event.rotation}`,
      );
    case 'rotation_ended':
      return changeOne(
        tx
          .updateTable('rotations')
          .set({ state: event.outcome, ended_at: at, why: event.why })
          .where('id', '=', event.rotation)
          .where('ended_at', 'is', null),
        `open rotation ${event.rotation}`,
      );
    case 'usage_gate_held':
      return moveRotationOf(tx, event.key, { state: 'usage_gate' });
    case 'usage_gate_waived':
      return wakeRotationOf(tx, event.key, at);
    default:
      return event satisfies never;
  }
}

/**
 * A replacement belongs to the rotation that its run carries out; an incident's run has none yet and opens one. The unique index refuses a
 * second one while that is open.
 */
export async function openRotation(tx: LedgerDb, key: Key, context: AuditContext): Promise<void> {
  if (key.predecessor === null || context.run === null) return;
  const minted = { state: 'created', replacement_id: key.id, minted_at: stored(context.at) };
  const known = await tx
    .updateTable('rotations')
    .set(minted)
    .where('run_id', '=', context.run)
    .where('key_id', '=', key.predecessor)
    .where('replacement_id', 'is', null)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  if (known.numUpdatedRows > 0n || (await wasTaken(tx, context.run))) return;
  await tx
    .insertInto('rotations')
    .values({ ...(await ofIncidentsRun(tx, key, context.run)), ...minted, key_id: key.predecessor, slug: key.slug })
    .execute();
}

/** A run whose rotation was taken from it while it minted: what it made now is undone, and opens nothing beside the one that took over. */
async function wasTaken(tx: LedgerDb, run: RunId): Promise<boolean> {
  const rotations = tx.selectFrom('rotations').select('id').where('run_id', '=', run);
  return (await rotations.where('state', 'in', ['preempted', 'cancelled']).executeTakeFirst()) !== undefined;
}

type Facts = Omit<Insertable<RotationsTable>, 'state' | 'key_id' | 'slug'>;

async function ofIncidentsRun(tx: LedgerDb, key: Key, id: RunId): Promise<Facts> {
  const run = await tx.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const mode = RotationMode.safeParse(fromJson(JsonRecord, run.inputs).situation).data ?? 'suspected';
  const times = { created_at: run.started_at, scheduled_at: run.started_at, started_at: run.started_at };
  const { reason, requested_by } = run;
  return { id: `rot-${key.id}`, run_id: id, mode, reason, requested_by, grace_ms: 0, approvals: 1, ...times };
}

/** Moves the open rotation whose replacement this is. */
export async function moveRotationTo(tx: LedgerDb, replacement: KeyId, change: RotationChange): Promise<void> {
  await tx
    .updateTable('rotations')
    .set(change)
    .where('replacement_id', '=', replacement)
    .where('ended_at', 'is', null)
    .execute();
}

/** Moves the open rotation of the key that is being replaced; one that is only scheduled has no part in what happens to the key. */
export async function moveRotationOf(tx: LedgerDb, key: KeyId, change: RotationChange): Promise<void> {
  await tx
    .updateTable('rotations')
    .set(change)
    .where('key_id', '=', key)
    .where('run_id', 'is not', null)
    .where('ended_at', 'is', null)
    .execute();
}

/**
 * The old key is dead, which is the last thing that a rotation does. An exploited key dies first: its rotation goes on, and ends with its run
 * when the new key is proved too.
 */
export async function completeRotationOf(tx: LedgerDb, key: KeyId, at: string): Promise<void> {
  await tx
    .updateTable('rotations')
    .set({ state: 'completed', ended_at: at })
    .where('key_id', '=', key)
    .where('replacement_id', 'is not', null)
    .where('ended_at', 'is', null)
    .execute();
}

/** The run that carries the key's rotation out looks again: what it waits for has moved. */
export async function wakeRotationOf(tx: LedgerDb, key: KeyId, at: string): Promise<void> {
  const open = tx.selectFrom('rotations').select('run_id').where('key_id', '=', key).where('ended_at', 'is', null);
  const run = (await open.executeTakeFirst())?.run_id;
  if (run === undefined || run === null) return;
  // A step that waits for a time is resumed at that time only, unless it is told that there is something to see.
  await tx
    .updateTable('steps')
    .set({ answered: 1 })
    .where('run_id', '=', run)
    .where('state', '=', 'waiting')
    .where('waiting_kind', '=', 'time')
    .execute();
  await wakeRun(tx, run, at);
}

/** The people have agreed: from here on the step that mints writes its intent. */
export async function approveRotationOf(tx: LedgerDb, run: string): Promise<void> {
  await tx
    .updateTable('rotations')
    .set({ state: 'intent_written' })
    .where('run_id', '=', run)
    .where('state', '=', 'awaiting_approval')
    .execute();
}

/** Whoever replaces the key next must not be refused because of a run that is no more. */
export async function closeRotationsOf(
  tx: LedgerDb,
  { run, outcome, why }: { run: RunId; outcome: RunOutcome; why: string },
  at: string,
): Promise<void> {
  const state = outcome === 'succeeded' ? 'completed' : outcome;
  await tx
    .updateTable('rotations')
    .set({ state, ended_at: at, why })
    .where('run_id', '=', run)
    .where('ended_at', 'is', null)
    .execute();
}
