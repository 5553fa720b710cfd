import type { Incident } from '../../domain/incident.ts';
import type { PlannedStep } from '../../domain/plan.ts';
import type { Run } from '../../domain/run.ts';
import type { ForeseenRun, ForeseenStep } from '../../domain/runbook-plan.ts';
import type { KnownStep } from './will-run.ts';

/** A run that has not begun. */
export interface Beginning {
  run: Run;
  incident: Incident | null;
  /** When it begins at the earliest. */
  from: Date;
  /** How many runs are above it. */
  depth: number;
  /** Something before may change the ledger, or time passes: what is looked up may come out otherwise then. */
  stale: boolean;
}

/** How far a plan has come: what is known by then, and whether there is a way back. */
export interface Ahead extends Beginning {
  steps: Map<string, KnownStep>;
  at: Date;
  afterFinal: ForeseenStep['afterFinal'];
  /** For the runs that it would start. */
  foresee: (child: Beginning) => Promise<ForeseenRun>;
}

/** The record that a step would have when it began. */
export function recordAt({ run, at }: Pick<Ahead, 'run' | 'at'>, step: PlannedStep) {
  return {
    step: step.id,
    token: `${run.id}.${step.id}.1`,
    generation: 1,
    attempts: 1,
    epoch: 0,
    ordinal: Object.keys(run.steps).length,
    startedAt: at,
    endedAt: null,
    input: null,
    undoing: null,
    undoError: null,
  };
}
