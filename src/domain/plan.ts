import type { ErrorClass } from '../error-class.ts';
import type { MaxFailures, Ramp } from './fan-out.ts';
import type { StepId } from './ids.ts';
import type { Json, JsonObject, OpenRuns, Phase, Scope } from './run.ts';

/** What a step kind says of its effect on the world. */
export type Effect = 'reads' | 'writes' | 'destroys';

/** What a crash between effect and outcome means: do it again, ask the provider, or ask a person. */
export type Repeat = 'safe' | 'probe' | 'ask';

export type UndoKind = 'undo' | 'nothing' | 'point_of_no_return';

export type OnFailure = { kind: 'stop' } | { kind: 'continue' } | { kind: 'ask' } | { kind: 'step'; step: StepId };

export interface Retry {
  attempts: number;
  /** Before the second attempt; it doubles up to `maxBackoffMs`. */
  backoffMs: number;
  maxBackoffMs: number;
  /** Up to a quarter longer by chance, so that many runs that failed together do not come back together. */
  jitter: boolean;
  /** Which errors are worth another attempt; null: every one that is not a clear no. */
  on: readonly ErrorClass[] | null;
}

/** A condition, compiled: what it says, and how it is answered. */
export interface PlannedCondition {
  text: string;
  /** `live`: what the step that asks saw just now. Throws PermanentFailure when it cannot be decided. */
  decide: (scope: Scope, live: JsonObject) => Decision;
}

export interface Decision {
  holds: boolean;
  /** Everything it looked at, for people: `steps.live.probes is 2`. */
  looked: string;
}

/** A step of a loaded runbook: checked, with its conditions and references compiled. */
export interface PlannedStep {
  id: StepId;
  phase: Phase | 'finally';
  uses: string;
  effect: Effect;
  repeat: Repeat;
  undo: UndoKind;
  /** For one attempt. */
  timeoutMs: number;
  /** For the step in whole: every attempt and every wait, from the first start on. Null: as long as its phase and run have. */
  deadlineMs: number | null;
  retry: Retry;
  onFailure: OnFailure;
  dueMs: number | null;
  assignee: ((scope: Scope) => string) | null;
  /** `when`, or null for always. Throws PermanentFailure when the condition cannot be evaluated. */
  when: {
    text: string;
    /** The steps whose outputs it looks at. */
    reads: ReadonlySet<string>;
    holds: (scope: Scope) => boolean;
  } | null;
  /** The `with` block with every reference replaced by its value; with `each`, without the inputs of any one item. */
  resolve: (scope: Scope) => JsonObject;
  each: PlannedEach | null;
  /** The conditions among its `with` fields, by the field's name. */
  conditions: ReadonlyMap<string, PlannedCondition>;
  /** Steps without whose outputs this one surely fails: nothing stands in for them, and its `when` does not ask whether they are there. */
  needs: ReadonlySet<string>;
  /** Where the step stands in its file, for errors and for the plan. */
  line: number;
}

/** `each`: one run for each item of a list. */
export interface PlannedEach {
  /** The items, each with the inputs of its run. Throws PermanentFailure when there is no list, or one that is too long. */
  items: (scope: Scope) => { name: string; inputs: JsonObject }[];
  /** What stands at the place of the list, whatever it is. */
  list: (scope: Scope) => Json | null;
  ramp: Ramp;
  maxFailures: MaxFailures;
}

/** Steps that run at once; a stage begins when the one before it is over. */
export type Stage = readonly PlannedStep[];

export interface Plan {
  id: string;
  title: string;
  owner: string;
  hash: string;
  waived: Partial<Record<Phase, string>>;
  openRuns: OpenRuns;
  /** How long the run and each phase may take, in milliseconds. */
  deadlinesMs: Partial<Record<Phase | 'run', number>>;
  /** Hosts that its connections may lead to, as `grants.hosts` lists them. */
  hosts: readonly string[];
  stages: readonly Stage[];
  finally: readonly Stage[];
}

export function stepsOf(plan: Plan): PlannedStep[] {
  return [...plan.stages, ...plan.finally].flat();
}

/** Calling such a step failed would let the run take back what it may already have made final, or do it twice. */
export function isNeverGuessed(step: PlannedStep): boolean {
  return step.repeat === 'ask' || step.undo === 'point_of_no_return';
}
