import type { z } from 'zod';
import type { Method, PathPart } from '../domain/connection.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { FanOutItem } from '../domain/fan-out.ts';
import type { NewId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { KeyClass } from '../domain/key.ts';
import type { ClassRule } from '../domain/key-class.ts';
import type { Decision, Effect, PlannedEach, Repeat } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { Rotation } from '../domain/rotation.ts';
import type { JsonObject, Run, Waiting } from '../domain/run.ts';
import type { ForeseenPeople, ForeseenTelling } from '../domain/runbook-plan.ts';
import type { ScheduledRun } from '../domain/scheduled-run.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Connection } from '../providers/connections.ts';
import type { Provider } from '../providers/contract.ts';
import type { StepUp } from '../providers/step-up.ts';
import type { Vault } from '../providers/vault.ts';
import type { Sink } from '../sinks/contract.ts';
import type { AskedRotation, AskedRun } from './later.ts';
import type { OutsideFiles } from './outside-files.ts';

/**
 * One kind of step, `uses: <name>` in a runbook. A step never writes to the ledger: it returns what came out and the events that
 * happened, and the engine records both in one transaction.
 */
export interface StepKind<With extends z.ZodType = z.ZodType, Outputs extends z.ZodType = z.ZodType> {
  /** As in YAML: `key.create`. */
  uses: string;
  /** One sentence for the docs page, editor hover and `runbooks show`. */
  summary: string;
  /** A strict object in snake_case with `.describe()` on each field. Marked fields: see fields.ts. */
  with: With;
  outputs: Outputs;
  effect: Effect;
  repeat: Repeat;
  /**
   * For a kind whose effect depends on what stands in its `with` (the method of a call): these take the place of `effect` and `repeat`,
   * which say the worst it can do. Gets the `with` block as it is written; null stands for a reference.
   */
  effectOf?: (written: JsonObject) => { effect: Effect; repeat: Repeat };
  /** What a step calls over named connections, as far as its `with` block says it: held against connections.yaml at load. */
  calls?: (written: JsonObject) => { connection: string; method: Method; path: readonly (PathPart | null)[] }[];
  undo: Undo;
  /**
   * For a kind whose outputs depend on what stands in its `with` (the fields of a form): what it gives on then, instead of `outputs`. Gets
   * the `with` as it stands in the file, references as text; what cannot be read there it leaves open.
   */
  outputsOf?: (written: JsonObject) => z.ZodType;
  /** `each` may stand on it: what it gives on then. */
  each?: { outputs: z.ZodType };
  /** Rules that span several fields, the step or its neighbours; asked at load. */
  complaintsOf?: (written: JsonObject, place: PlaceOfStep) => WithComplaint[];
  /** What it changes is what people know: it may be done whatever was decided. */
  onlyTells?: true;
  /** Why a person may not skip it, and what to do instead, as a sentence; without it, it can be skipped with a reason. */
  unskippable?: string;
  timeoutMs: number;
  /** What a runbook that says nothing gets; without it 5 attempts from 3 s on, and one where nothing may be repeated unasked. */
  retry?: { attempts: number; backoffMs: number };
  /**
   * What a rehearsal does with it. `real`: it runs as it is, on the scratch ledger and the scratch folders. `scripted`: it reaches beyond
   * them, and its result comes from the rehearsal file.
   */
  rehearsal: 'real' | 'scripted';
  /**
   * For `runbooks plan`: what this step would do now. Writes nothing and calls nothing that changes anything. `input` has only what is
   * known before the run. Without it the plan shows the summary.
   */
  forecast?: (input: Partial<z.output<With>>, context: ForecastContext) => Promise<Forecast>;
  perform: (input: z.output<With>, context: StepContext) => Promise<StepResult>;
  /** Called when what the step waited for has happened or its deadline has passed. */
  resume?: (input: z.output<With>, context: StepContext & { waiting: Waiting }) => Promise<StepResult>;
  /** For `repeat: 'probe'`, after a crash: the result if the effect happened, or 'did_not_happen'. */
  probe?: (input: z.output<With>, context: StepContext) => Promise<StepResult | 'did_not_happen'>;
  /**
   * A person said that the effect of an attempt which was left in doubt did happen: what is then recorded, without having the effect
   * again. Without it a `probe` looks; a kind with neither is adopted only if it gives no outputs on.
   */
  adopt?: (input: z.output<With>, context: StepContext) => Promise<StepResult>;
}

/** What a kind may know at load of the step, of those before it and of those beside it. */
export interface PlaceOfStep {
  /** `due` stands on the step. */
  hasDue: boolean;
  /** Every step of the stages before, in order; none for a step of `finally`. */
  before: readonly PlacedStep[];
  /** The other steps of its parallel group: begun with it, and begun again with it. */
  beside: readonly PlacedStep[];
}

export interface PlacedStep {
  id: string;
  uses: string;
  stage: number;
  repeat: Repeat;
  undo: Undo['kind'];
}

/** Something that is wrong with the field at `path` of `with`. */
export interface WithComplaint {
  path: readonly (string | number)[];
  expected: string;
  got: string;
  fix: string;
}

export type Undo =
  | { kind: 'nothing'; why: string }
  | { kind: 'point_of_no_return'; why: string }
  /** Must tolerate being called twice, and being called though the effect never happened (`outputs` is null). */
  | {
      kind: 'undo';
      summary: string;
      undo: (
        context: StepContext & { input: JsonObject; outputs: JsonObject | null },
      ) => Promise<LedgerEvent[] | StillGoesOn>;
    };

/** It is not taken back yet: these events make it begin, and it is looked at again then. */
export interface StillGoesOn {
  events: LedgerEvent[];
  until: Date;
}

/** What a step of this kind gives on, for this `with`. */
export function outputsOf(kind: StepKind, written: JsonObject): z.ZodType {
  return kind.outputsOf?.(written) ?? kind.outputs;
}

export type StepResult =
  | { kind: 'done'; outputs: JsonObject; events: LedgerEvent[] }
  | { kind: 'wait'; waiting: Waiting; events: LedgerEvent[] }
  /** A clear no, such as a rejected approval: recorded with its events, never retried. */
  | { kind: 'failed'; error: string; events: LedgerEvent[] };

/** What a step would do, as a plan shows it to people before anything happens. */
export interface Forecast {
  /** In order, one sentence each: `POST https://api.example.com/v1/keys`, `ledger: revoke stripe-prod v3`. */
  calls: string[];
  /** Who would be asked, and for what. */
  people: ForeseenPeople[];
  /** Who would be told: `caller:payments-worker`, `person:carol`. */
  notices: string[];
  /** How long the old state may still be honoured after the call, at worst; null where nothing of that kind happens. */
  enforcementDelayMs: number | null;
  /** Outputs that are known now already, because nothing before this step can change them. */
  outputs?: JsonObject;
  /** Outputs as they would be if the step ran now; they count while nothing before it changes anything or waits. */
  outputsNow?: JsonObject;
  /** How long the step takes at least, when everybody answers at once. */
  atLeastMs?: number;
  /** Runs that it would start. */
  runs?: Run[];
  /** What it would tell people outside. */
  telling?: ForeseenTelling;
  /** Why it would fail as things stand, and what to do: `Nobody can be told: …`. */
  problems?: string[];
}

/** What a forecast may look at. `run` is the run as it would begin; steps before this one are done in it, with what is known of them. */
export type ForecastContext = Omit<StepContext, 'vault' | 'saveReport' | 'decide' | 'signal'>;

/** What a step may use. Nothing in it writes to the ledger. */
export interface StepContext {
  run: Run;
  incident: Incident | null;
  /** `startedAt`: its first attempt, and with it every wait of it. */
  step: {
    id: string;
    token: string;
    generation: number;
    attempt: number;
    assignee: string | null;
    startedAt: Date;
    dueAt: Date | null;
  };
  now: () => Date;
  newId: NewId;
  ledger: LedgerReader;
  providers: Readonly<Record<string, Provider>>;
  sinks: Readonly<Record<string, Sink>>;
  vault: Vault;
  /** Who has a second factor; without one nobody decides what needs a code. */
  stepUp: Pick<StepUp, 'isEnrolled' | 'howToEnrol'>;
  policy: () => Promise<{ policy: Policy; hash: string }>;
  /** What key-classes.yaml says of a class. */
  classRule: (keyClass: KeyClass) => Promise<ClassRule>;
  /**
   * A named connection of connections.yaml. Throws Refusal `unknown_connection`, or `host_not_granted` when the runbook that this run
   * started with does not grant its host.
   */
  connection: (name: string) => Promise<Connection>;
  /** Who is behind callers and peers, the ways to them, and the reviewed templates. */
  outside: OutsideFiles;
  /** Hash of the runbook's file as loaded now, or null when it is gone. */
  fileHash: (runbook: string) => string | null;
  /** What stands beside `with` on a step with `each`; null on every other. */
  each: (Omit<PlannedEach, 'items' | 'list'> & { items: () => ReturnType<PlannedEach['items']> }) | null;
  /**
   * What the runs would be given that this step and later ones start for the items of their lists; null while one of the lists has still to
   * be found.
   */
  listsAhead: () => JsonObject[] | null;
  /**
   * Plans a child run, for one item of `each` where there is one; recording its `run_started` event starts it. Throws Refusal when the
   * runbook is not there or not for such inputs, PermanentFailure when runbooks start each other too deep.
   */
  childRun: (runbook: string, inputs: JsonObject, item?: Pick<FanOutItem, 'index' | 'name'>) => Promise<Run>;
  /**
   * Plans the rotation of a key under the rules that hold for people too; recording its events begins it, under this run, or puts it on the
   * calendar. Without events it is one that is under way already. Refusals: those of asking for a rotation.
   */
  rotation: (asked: AskedRotation) => Promise<{ rotation: Rotation; events: LedgerEvent[] }>;
  /** Plans a run that begins later; recording its `scheduled_run_planned` puts it on the calendar. Refusals as for `childRun`. */
  scheduledRun: (asked: AskedRun) => Promise<ScheduledRun>;
  /** Writes a report (Markdown, JSON) into the data directory and returns its path. */
  saveReport: (name: string, text: string) => Promise<string>;
  /**
   * Answers the condition that stands in this field of `with` (fields.ts: `condition`, `liveCondition`). `live`: the facts of live-facts.ts
   * as they are now; empty for a condition that is decided once. Throws PermanentFailure when it cannot be decided.
   */
  decide: (field: string, live: JsonObject) => Decision & { text: string };
  /** Aborted when the attempt's time is up: whatever goes on after it must not have an effect any more. */
  signal: AbortSignal;
}

/** Keeps the types of `with` and `outputs` together where a kind is defined; the catalogue stores the erased form. */
export function defineStep<With extends z.ZodType, Outputs extends z.ZodType>(kind: StepKind<With, Outputs>): StepKind {
  // The one place where the parsed input's type is erased: the engine parses with `kind.with` right before it calls.
  return kind as unknown as StepKind;
}
