import type { StepId } from './ids.ts';
import type { JsonObject, Phase, Scope } from './run.ts';

/** What a step kind says of its effect on the world. */
export type Effect = 'reads' | 'writes' | 'destroys';

/** What a crash between effect and outcome means: do it again, ask the provider, or ask a person. */
export type Repeat = 'safe' | 'probe' | 'ask';

export type UndoKind = 'undo' | 'nothing' | 'point_of_no_return';

export type OnFailure = { kind: 'stop' } | { kind: 'continue' } | { kind: 'ask' } | { kind: 'step'; step: StepId };

/** A step of a loaded runbook: checked, with its conditions and references compiled. */
export interface PlannedStep {
  id: StepId;
  phase: Phase | 'finally';
  uses: string;
  effect: Effect;
  repeat: Repeat;
  undo: UndoKind;
  timeoutMs: number;
  retry: { attempts: number; backoffMs: number };
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
  /** The `with` block with every reference replaced by its value. */
  resolve: (scope: Scope) => JsonObject;
  /** Where the step stands in its file, for errors and for the plan. */
  line: number;
}

/** Steps that run at once; a stage begins when the one before it is over. */
export type Stage = readonly PlannedStep[];

export interface Plan {
  id: string;
  title: string;
  owner: string;
  hash: string;
  waived: Partial<Record<Phase, string>>;
  stages: readonly Stage[];
  finally: readonly Stage[];
}

export function stepsOf(plan: Plan): PlannedStep[] {
  return [...plan.stages, ...plan.finally].flat();
}
