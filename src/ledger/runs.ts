import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import { Actor, ApprovalId, AskId, ClaimId, IncidentId, KeyId, RunId, StepId } from '../domain/ids.ts';
import type { JsonObject, Run, StepRecord, Waited, Waiting } from '../domain/run.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import type { RunsTable, StepsTable } from './schema/runs.ts';

export const JsonValue: z.ZodType<JsonObject[string]> = z.json();
export const JsonRecord: z.ZodType<JsonObject> = z.record(z.string(), JsonValue);
const StoredInstant = z.iso.datetime().transform((text) => new Date(text));
const StoredWaited = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approval'), id: ApprovalId, until: StoredInstant.nullable() }),
  z.object({ kind: z.literal('ask'), id: AskId, until: StoredInstant.nullable() }),
  z.object({ kind: z.literal('claim'), id: ClaimId, until: StoredInstant }),
  z.object({ kind: z.literal('run'), id: RunId, until: StoredInstant.nullable() }),
  z.object({ kind: z.literal('peers'), id: KeyId, until: StoredInstant }),
  z.object({ kind: z.literal('time'), until: StoredInstant }),
  z.object({ kind: z.literal('each'), until: StoredInstant.nullable() }),
  z.object({ kind: z.literal('look'), until: StoredInstant, everyMs: z.number() }),
]);
const StoredUndoing = z.object({ failures: z.number(), until: StoredInstant, error: z.string().nullable() });
const Outcome = z.enum(['succeeded', 'failed', 'cancelled']);
const OpenRuns = z.enum(['one_per_key', 'any']);

export function runToRow(run: Run): Insertable<RunsTable> {
  return {
    id: run.id,
    incident_id: run.incident,
    parent_run: run.parent?.run ?? null,
    parent_step: run.parent?.step ?? null,
    runbook_id: run.runbook.id,
    runbook_hash: run.runbook.hash,
    inputs: jsonText(run.inputs),
    key_id: run.key,
    // Lines of an older Rekey say nothing of it.
    open_runs: run.openRuns ?? 'one_per_key',
    requested_by: run.requestedBy,
    reason: run.reason,
    started_at: stored(run.startedAt),
    finished_at: stored(run.finishedAt),
    outcome: run.outcome,
    cancel_requested_at: stored(run.cancelRequestedAt),
    paused_at: null,
    paused_by: null,
    pause_reason: null,
    overdue_at: stored(run.overdueAt ?? null),
    stopped_at: stored(run.stoppedAt ?? null),
    deadlines_from: stored(run.deadlinesFrom ?? null),
    // A new run is due at once: losing the queue's wake-up only means that the sweep finds it.
    wake_at: stored(run.startedAt),
    wake_seq: 0,
    lease_epoch: 0,
    lease_owner: null,
    lease_until: null,
  };
}

export function stepToRow(run: RunId, record: StepRecord): Insertable<StepsTable> {
  const waiting = record.state === 'waiting' ? record.waiting : null;
  return {
    run_id: run,
    step_id: record.step,
    token: record.token,
    generation: record.generation,
    attempts: record.attempts,
    epoch: record.epoch,
    ordinal: record.ordinal,
    state: record.state,
    started_at: stored(record.startedAt),
    ended_at: stored(record.endedAt),
    outputs: 'outputs' in record && record.outputs !== null ? jsonText(record.outputs) : null,
    waiting_kind: waiting?.kind ?? null,
    waiting_id: idOf(waiting?.kind === 'retry' ? waiting.resumes : waiting),
    waiting_until: stored(waiting?.until ?? null),
    waiting_every_ms: waiting?.kind === 'look' ? waiting.everyMs : null,
    resumes: waiting?.kind === 'retry' && waiting.resumes !== null ? jsonText(waiting.resumes) : null,
    answered: record.state === 'waiting' && record.answered ? 1 : 0,
    note: noteOf(record),
    undo_error: record.undoError,
    // Lines of an older Rekey say nothing of these two.
    input: record.input == null ? null : jsonText(record.input),
    undoing: record.undoing == null ? null : jsonText(record.undoing),
  };
}

function idOf(waited: Waited | null): string | null {
  return waited !== null && 'id' in waited ? waited.id : null;
}

function noteOf(record: StepRecord): string | null {
  switch (record.state) {
    case 'failed':
    case 'undone':
      return record.error;
    case 'skipped':
    case 'reset':
      return record.why;
    case 'in_doubt':
      return record.question;
    case 'waiting':
      return record.waiting.kind === 'retry' ? record.waiting.error : null;
    default:
      return null;
  }
}

export function stepFromRow(row: Selectable<StepsTable>): StepRecord {
  const recorded = {
    step: StepId.parse(row.step_id),
    token: row.token,
    generation: row.generation,
    attempts: row.attempts,
    epoch: row.epoch,
    ordinal: row.ordinal,
    startedAt: instant(row.started_at),
    endedAt: instant(row.ended_at),
    input: row.input === null ? null : fromJson(JsonRecord, row.input),
    undoing: row.undoing === null ? null : fromJson(StoredUndoing, row.undoing),
    undoError: row.undo_error,
  };
  const note = row.note ?? '';
  const outputs = () => fromJson(JsonRecord, row.outputs ?? '{}');
  switch (row.state) {
    case 'started':
      return { ...recorded, state: 'started' };
    case 'done':
      return { ...recorded, state: 'done', outputs: outputs() };
    case 'undone':
      return { ...recorded, state: 'undone', outputs: outputs(), error: row.note };
    case 'waiting':
      return { ...recorded, state: 'waiting', waiting: waitingFromRow(row), answered: row.answered === 1 };
    case 'failed':
      return { ...recorded, state: 'failed', error: note };
    case 'skipped':
      return { ...recorded, state: 'skipped', why: note };
    case 'reset':
      return { ...recorded, state: 'reset', why: note, outputs: row.outputs === null ? null : outputs() };
    case 'in_doubt':
      return { ...recorded, state: 'in_doubt', question: note };
    default:
      throw new Error(`steps: unknown state ${row.state}`);
  }
}

function waitingFromRow(row: Selectable<StepsTable>): Waiting {
  const until = instant(row.waiting_until);
  const id = row.waiting_id ?? '';
  switch (row.waiting_kind) {
    case 'approval':
      return { kind: 'approval', id: ApprovalId.parse(id), until };
    case 'ask':
      return { kind: 'ask', id: AskId.parse(id), until };
    case 'run':
      return { kind: 'run', id: RunId.parse(id), until };
    case 'claim':
      return { kind: 'claim', id: ClaimId.parse(id), until: until ?? new Date(0) };
    case 'each':
      return { kind: 'each', until };
    case 'peers':
      return { kind: 'peers', id: KeyId.parse(id), until: until ?? new Date(0) };
    case 'time':
      return { kind: 'time', until: until ?? new Date(0) };
    case 'look':
      return { kind: 'look', until: until ?? new Date(0), everyMs: row.waiting_every_ms ?? 0 };
    case 'retry':
      return {
        kind: 'retry',
        until: until ?? new Date(0),
        error: row.note ?? '',
        resumes: row.resumes === null ? null : fromJson(StoredWaited, row.resumes),
      };
    default:
      throw new Error(`steps: unknown waiting kind ${row.waiting_kind}`);
  }
}

type RunQueries = Pick<LedgerReader, 'run' | 'openRunOfKey' | 'runsOfIncident' | 'runsOfKey'>;

export function runQueries(db: LedgerDb): RunQueries {
  const all = () =>
    db
      .selectFrom('runs')
      .innerJoin('runbook_texts', 'runbook_texts.hash', 'runs.runbook_hash')
      .selectAll('runs')
      .select('runbook_texts.text as runbook_text');
  const whole = async (row: Selectable<RunsTable> & { runbook_text: string }): Promise<Run> => {
    const steps = await db.selectFrom('steps').selectAll().where('run_id', '=', row.id).orderBy('ordinal').execute();
    return runFromRow(row, steps.map(stepFromRow));
  };
  const wholes = async (rows: readonly (Selectable<RunsTable> & { runbook_text: string })[]) => {
    const runs: Run[] = [];
    for (const row of rows) runs.push(await whole(row));
    return runs;
  };
  return {
    run: async (id) => {
      const row = await all().where('runs.id', '=', id).executeTakeFirst();
      return row === undefined ? null : whole(row);
    },
    openRunOfKey: async (key) => {
      const row = await all()
        .where('key_id', '=', key)
        .where('finished_at', 'is', null)
        .where('open_runs', '=', 'one_per_key')
        // A run that another one started holds the key like any other, until it is told to stop.
        .where((eb) => eb.or([eb('parent_run', 'is', null), eb('cancel_requested_at', 'is', null)]))
        // One that was cancelled may still be taking its work back while the next one has begun.
        .orderBy((eb) => eb('cancel_requested_at', 'is not', null))
        .orderBy((eb) => eb('parent_run', 'is not', null))
        .orderBy('started_at')
        .executeTakeFirst();
      return row === undefined ? null : whole(row);
    },
    runsOfIncident: async (incident) =>
      wholes(await all().where('incident_id', '=', incident).orderBy('started_at').execute()),
    runsOfKey: async (key) => wholes(await all().where('key_id', '=', key).orderBy('started_at', 'desc').execute()),
  };
}

function runFromRow(row: Selectable<RunsTable> & { runbook_text: string }, steps: readonly StepRecord[]): Run {
  return {
    id: RunId.parse(row.id),
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    parent:
      row.parent_run === null || row.parent_step === null
        ? null
        : { run: RunId.parse(row.parent_run), step: StepId.parse(row.parent_step) },
    runbook: { id: row.runbook_id, hash: row.runbook_hash, text: row.runbook_text },
    inputs: fromJson(JsonRecord, row.inputs),
    key: row.key_id === null ? null : KeyId.parse(row.key_id),
    openRuns: OpenRuns.parse(row.open_runs),
    requestedBy: Actor.parse(row.requested_by),
    reason: row.reason,
    startedAt: instant(row.started_at),
    finishedAt: instant(row.finished_at),
    outcome: row.outcome === null ? null : Outcome.parse(row.outcome),
    cancelRequestedAt: instant(row.cancel_requested_at),
    paused: pausedFromRow(row),
    overdueAt: instant(row.overdue_at),
    stoppedAt: instant(row.stopped_at),
    deadlinesFrom: instant(row.deadlines_from),
    steps: Object.fromEntries(steps.map((record) => [record.step, record])),
  };
}

function pausedFromRow({ paused_at: at, paused_by: by, pause_reason: reason }: Selectable<RunsTable>): Run['paused'] {
  return at === null || by === null ? null : { at: instant(at), by: Actor.parse(by), reason: reason ?? '' };
}
