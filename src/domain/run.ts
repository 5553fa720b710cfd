import type { Actor, ApprovalId, AskId, ClaimId, IncidentId, KeyId, RunId, StepId } from './ids.ts';

export type Phase = 'identify' | 'contain' | 'investigate' | 'recover' | 'communicate';
export const PHASES: readonly Phase[] = ['identify', 'contain', 'investigate', 'recover', 'communicate'];

/** Values that a reference can carry: plain JSON. A secret travels as `{ secret: SecretId }`, never as text. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** How many runs of a runbook may be open for one key; `any`: it does not take the key into its hands. */
export type OpenRuns = 'one_per_key' | 'any';

export type Situation = 'expired' | 'suspected' | 'exploited';

/** What a step can wait for. `until` is the instant at which it is woken in any case; null means no deadline. */
export type Waited =
  | { kind: 'approval'; id: ApprovalId; until: Date | null }
  | { kind: 'ask'; id: AskId; until: Date | null }
  | { kind: 'run'; id: RunId; until: Date | null }
  | { kind: 'claim'; id: ClaimId; until: Date }
  /** The runs of an `each`; the ledger keeps them item by item. */
  | { kind: 'each'; until: Date | null }
  /** The peers of this version of a key: whatever one of them does wakes it. */
  | { kind: 'peers'; id: KeyId; until: Date }
  | { kind: 'time'; until: Date }
  /** A condition that is looked at every so often, and once more when its time is up. */
  | { kind: 'look'; until: Date; everyMs: number };

/** `resumes`: what had happened already when the attempt failed; the next one goes on from there and does not ask again. */
export type Waiting = Waited | { kind: 'retry'; until: Date; error: string; resumes: Waited | null };

interface Recorded {
  step: StepId;
  /** `<run>.<step>.<generation>`: the idempotency token, fixed before the effect. */
  token: string;
  generation: number;
  attempts: number;
  /** The lease under which it was started: a `started` of an older epoch was left behind by a crash. */
  epoch: number;
  /** Counts starts within the run, so that undo can go backwards. */
  ordinal: number;
  startedAt: Date;
  endedAt: Date | null;
  /** The `with` values that this generation began with: it is taken back by them, whatever other steps say by then. Null for what only reads. */
  input: JsonObject | null;
  /** Taking it back has begun and has not ended. */
  undoing: Undoing | null;
  undoError: string | null;
}

/** Written before the first try, so that a crash in the middle is found; `until`: not to be tried (again) before. */
export interface Undoing {
  failures: number;
  until: Date;
  error: string | null;
}

export type StepRecord = Recorded &
  (
    | { state: 'started' }
    | { state: 'done'; outputs: JsonObject }
    | { state: 'waiting'; waiting: Waiting; answered: boolean }
    | { state: 'failed'; error: string }
    | { state: 'skipped'; why: string }
    | { state: 'in_doubt'; question: string }
    /** `error`: what it had failed with before it was taken back, which is why the run stopped; null when it had not failed. */
    | { state: 'undone'; outputs: JsonObject; error: string | null }
    /** A person wants it done again. Its generation ends here, and what that one made is taken back first where that is possible. */
    | { state: 'reset'; why: string; outputs: JsonObject | null }
  );

export type RunOutcome = 'succeeded' | 'failed' | 'cancelled';

export interface Run {
  id: RunId;
  incident: IncidentId | null;
  /** The step of another run that started this one and waits for it. */
  parent: { run: RunId; step: StepId } | null;
  runbook: { id: string; hash: string; text: string };
  inputs: JsonObject;
  /** The key this run is about, when it is about one: at most one open run per key where `openRuns` says so. */
  key: KeyId | null;
  openRuns: OpenRuns;
  requestedBy: Actor;
  reason: string;
  startedAt: Date;
  finishedAt: Date | null;
  outcome: RunOutcome | null;
  cancelRequestedAt: Date | null;
  /** Its own deadline, once that has passed and stopped it. */
  overdueAt: Date | null;
  /** When it was put on record that it does not go on with its stages; null while it does, and again when a person has it go on. */
  stoppedAt: Date | null;
  /** Since when its deadlines count, when a person opened it again after its end; null: since its start. */
  deadlinesFrom: Date | null;
  /** A person holds it: nothing new begins before it is resumed. */
  paused: Paused | null;
  steps: Record<string, StepRecord>;
}

export interface Paused {
  at: Date;
  by: Actor;
  reason: string;
}

/** What a condition or a reference may look at. */
export interface Scope {
  inputs: JsonObject;
  /** The outputs of the steps that are done; a skipped or failed step is absent. */
  steps: Record<string, JsonObject>;
  /** One of a list, inside the `with` of a step with `each`. */
  item?: Json;
}

export function scopeOf(run: Run): Scope {
  const steps: Record<string, JsonObject> = {};
  for (const record of Object.values(run.steps)) if (record.state === 'done') steps[record.step] = record.outputs;
  return { inputs: run.inputs, steps };
}

/** What a step failed with, also after it was taken back; null when it did not fail. */
export function errorOf(record: StepRecord | undefined): string | null {
  return record?.state === 'failed' || record?.state === 'undone' ? record.error : null;
}

export function isOver(record: StepRecord | undefined): boolean {
  return (
    record?.state === 'done' || record?.state === 'skipped' || record?.state === 'failed' || record?.state === 'undone'
  );
}
