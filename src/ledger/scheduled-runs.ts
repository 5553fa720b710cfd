import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import { Actor, IncidentId, KeyId, RunId, StepId } from '../domain/ids.ts';
import type { ScheduledRun } from '../domain/scheduled-run.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import { JsonRecord } from './runs.ts';
import type { ScheduledRunsTable } from './schema/upkeep.ts';

const Outcome = z.enum(['started', 'missed', 'cancelled']).nullable();

type Queries = Pick<LedgerReader, 'scheduledRun' | 'scheduledRuns' | 'scheduledRunsEndedSince' | 'dueScheduledRuns'>;

export function scheduledRunQueries(db: LedgerDb): Queries {
  const all = () => db.selectFrom('scheduled_runs').selectAll();
  const open = () => all().where('outcome', 'is', null).orderBy('begins_at').orderBy('id');
  const list = (rows: readonly Selectable<ScheduledRunsTable>[]) => rows.map(scheduledRunFromRow);
  return {
    scheduledRun: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : scheduledRunFromRow(row);
    },
    scheduledRuns: async (limit) => list(await open().limit(limit).execute()),
    scheduledRunsEndedSince: async (since) =>
      list(await all().where('ended_at', '>', stored(since)).orderBy('ended_at').execute()),
    dueScheduledRuns: async (at, limit) =>
      list(await open().where('begins_at', '<=', stored(at)).limit(limit).execute()),
  };
}

export function scheduledRunToRow(scheduled: ScheduledRun): Insertable<ScheduledRunsTable> {
  return {
    id: scheduled.id,
    runbook: scheduled.runbook,
    inputs: jsonText(scheduled.inputs),
    key_id: scheduled.key,
    incident_id: scheduled.incident,
    requested_by: scheduled.requestedBy,
    reason: scheduled.reason,
    planned_by_run: scheduled.plannedBy.run,
    planned_by_step: scheduled.plannedBy.step,
    planned_at: stored(scheduled.plannedAt),
    begins_at: stored(scheduled.beginsAt),
    latest_at: stored(scheduled.latestAt),
    outcome: scheduled.outcome,
    run_id: scheduled.run,
    ended_at: stored(scheduled.endedAt),
    why: scheduled.why,
  };
}

function scheduledRunFromRow(row: Selectable<ScheduledRunsTable>): ScheduledRun {
  return {
    id: row.id,
    runbook: row.runbook,
    inputs: fromJson(JsonRecord, row.inputs),
    key: row.key_id === null ? null : KeyId.parse(row.key_id),
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    requestedBy: Actor.parse(row.requested_by),
    reason: row.reason,
    plannedBy: { run: RunId.parse(row.planned_by_run), step: StepId.parse(row.planned_by_step) },
    plannedAt: instant(row.planned_at),
    beginsAt: instant(row.begins_at),
    latestAt: instant(row.latest_at),
    outcome: Outcome.parse(row.outcome),
    run: row.run_id === null ? null : RunId.parse(row.run_id),
    endedAt: instant(row.ended_at),
    why: row.why,
  };
}
