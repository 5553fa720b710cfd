import type { StepId } from '../domain/ids.ts';
import type { KeyClass } from '../domain/key.ts';
import type { Plan, PlannedStep } from '../domain/plan.ts';
import type { JsonObject, Phase } from '../domain/run.ts';
import type { StepKind } from '../steps/contract.ts';
import type { MapNode } from './node.ts';
import type { Position, RunbookProblem } from './problem.ts';
import type { Grants, InputSpec } from './schema.ts';
import type { ScopeTypes } from './scope.ts';
import type { Mention } from './with.ts';

/** What an alert brings along for the conditions under `start_on`. */
export interface AlertSignal {
  alert: string;
  /** Who sent it: `hook:payments-api`. */
  source: string;
  count: number;
  windowMinutes: number;
}

export interface StartOn {
  alert: string;
  at: Position;
  when: { text: string; holds: (signal: AlertSignal) => boolean } | null;
}

/** A step as it stands in its file, for linting and describing; the engine needs only `plan`. */
export interface SourceStep {
  id: StepId;
  phase: PlannedStep['phase'];
  kind: StepKind;
  /** Of this step: what its kind says, or what the words in its `with` make of it. */
  effect: PlannedStep['effect'];
  /** Its `with` block as it stands there; null for a reference. */
  written: JsonObject;
  at: Position;
  path: string;
  when: string | null;
  /** The parts of `when` in canonical spelling. */
  facts: readonly string[];
  onFailure: PlannedStep['onFailure'];
  due: string | null;
  /** What is written beside `id` and `uses`: `max_failures`, `retry` … */
  fields: ReadonlySet<string>;
  /** `for each of ${…}: doubling, at most 20% may fail`, when it starts one run for each item of a list. */
  each: string | null;
  /** Index of its stage: equal for steps of one parallel group. */
  stage: number;
  /** Inputs and step outputs that it looks at: `inputs.key`. */
  paths: ReadonlySet<string>;
  mentions: readonly Mention[];
  /** The parts of each condition among its fields, in canonical spelling, by its path in the file. */
  conditions: ReadonlyMap<string, readonly string[]>;
  /** Inputs for another runbook, when this step starts one. */
  call: { inputs: MapNode | null; scope: ScopeTypes } | null;
}

/** A runbook that may run: everything that can be refused without running it was refused. */
export interface LoadedRunbook {
  id: string;
  title: string;
  owner: string;
  /** A day, `2027-05-20`: after it the owner is reminded to read the runbook again. */
  reviewBy: string;
  appliesTo: readonly KeyClass[];
  startOn: readonly StartOn[];
  inputs: Readonly<Record<string, InputSpec>>;
  grants: Grants;
  plan: Plan;
  /** SHA-256 of the text, hex. */
  hash: string;
  text: string;
  file: string;
  at: Position;
  /** Where each input is declared, for lint. */
  inputsAt: ReadonlyMap<string, Position>;
  /** Where each deadline of the run and its phases stands. */
  deadlinesAt: ReadonlyMap<Phase | 'run', Position>;
  steps: readonly SourceStep[];
}

export type Compiled = { kind: 'loaded'; runbook: LoadedRunbook } | { kind: 'refused'; problems: RunbookProblem[] };
