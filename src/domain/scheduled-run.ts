import type { Actor, IncidentId, KeyId, RunId, StepId } from './ids.ts';
import type { JsonObject } from './run.ts';

/** A run that begins at a time, once, on the text that its runbook has by then. */
export interface ScheduledRun {
  /** `sch-…` */
  id: string;
  runbook: string;
  inputs: JsonObject;
  /** The key it will be about. */
  key: KeyId | null;
  incident: IncidentId | null;
  requestedBy: Actor;
  reason: string;
  /** The step that planned it. */
  plannedBy: { run: RunId; step: StepId };
  plannedAt: Date;
  /** Not before; and not after, or whenever it is possible when this is null. */
  beginsAt: Date;
  latestAt: Date | null;
  outcome: 'started' | 'missed' | 'cancelled' | null;
  run: RunId | null;
  endedAt: Date | null;
  /** Why it was missed or cancelled. */
  why: string | null;
}
