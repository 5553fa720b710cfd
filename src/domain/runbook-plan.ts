import type { Dispatch } from './dispatch.ts';
import type { Actor, IncidentId, RunId } from './ids.ts';
import type { Effect, UndoKind } from './plan.ts';
import type { Threshold, Tier } from './policy/approval-rule.ts';
import type { JsonObject, Phase } from './run.ts';
import type { RunbookProof } from './runbook-version.ts';

/** Whether a step would run, as far as the inputs and the ledger say today. `on`: what it depends on, such as `steps.admin.available`. */
export type WillRun =
  | { kind: 'yes' }
  | { kind: 'no'; why: string }
  | { kind: 'depends'; when: string; on: readonly string[] };

/** Under which terms people would decide. */
export interface ApprovalTerms {
  rule: string;
  tier: Tier;
  thresholds: readonly Threshold[];
  expiresMs: number;
  remindMs: readonly number[];
  escalate: readonly { afterMs: number; to: readonly string[] }[];
}

/** People who would be asked something; `who` is empty while nobody can know them, or when there is nobody. */
export interface ForeseenPeople {
  who: string[];
  for: string;
  /** Only when nobody has answered in time. */
  later?: true;
  terms?: ApprovalTerms;
}

/** What a step would tell people outside. */
export interface ForeseenTelling {
  /** Word for word, and to whom; null where nothing would leave the company. */
  draft: Pick<Dispatch, 'template' | 'letter' | 'addressees' | 'hash'> | null;
  /** `person:carol`: told in Slack. */
  inside: readonly string[];
  /** `caller:…` and `peer:…` behind whom nobody is known. */
  unknown: readonly string[];
}

/** What one step would do if the run began now. */
export interface ForeseenStep {
  id: string;
  phase: Phase | 'finally';
  uses: string;
  /** Equal for steps that run at once. */
  stage: number;
  willRun: WillRun;
  effect: Effect;
  back: { kind: UndoKind; text: string };
  /** Whether a point of no return lies before it: from there on only going forward is possible. */
  afterFinal: 'no' | 'maybe' | 'yes';
  each: string | null;
  onFailure: string | null;
  calls: readonly string[];
  people: readonly ForeseenPeople[];
  /** `person:carol`, `caller:payments-worker`, `channel:C0INCIDENTS`. */
  notices: readonly string[];
  enforcementDelayMs: number | null;
  /** Only of a step that tells people outside. */
  telling?: ForeseenTelling;
  /** When it begins at the earliest: everybody answers at once, and nothing fails. */
  earliestAt: Date;
  atLeastMs: number;
  dueAt: Date | null;
  deadlineMs: number | null;
  /** Why it would fail as things stand. */
  problems: readonly string[];
  /** Runs that it would start; of many the first ones. */
  children: readonly ForeseenRun[];
  childrenLeftOut: number;
  /** Keys of all of these runs. */
  keys: readonly string[];
}

export interface ForeseenRun {
  runbook: { id: string; title: string; hash: string };
  key: string | null;
  inputs: JsonObject;
  waived: Partial<Record<Phase, string>>;
  deadlinesMs: Partial<Record<Phase | 'run', number>>;
  steps: readonly ForeseenStep[];
  earliestEndAt: Date;
}

/** What stands in the way of beginning now, word for word as a real start would say it. */
export interface Obstacle {
  code: string;
  sentence: string;
}

export interface PlanRadius {
  key: string | null;
  callers: readonly { caller: string; calls: number }[];
  peers: readonly string[];
  environments: readonly string[];
  /** Other keys, and other versions of this one that are still accepted. */
  otherKeys: readonly string[];
}

/** Exactly what a run of a runbook would do if it began now. */
export interface RunbookPlan {
  at: Date;
  askedBy: Actor;
  runbook: { id: string; title: string; owner: string; hash: string; reviewBy: string };
  start: {
    obstacles: readonly Obstacle[];
    /** The run that whoever asks now would join instead. */
    joins: RunId | null;
    /** A new incident is opened, the run belongs to one that is open, or there is none. */
    incident: 'opens' | 'none' | IncidentId;
    notes: readonly string[];
  };
  run: ForeseenRun;
  radius: PlanRadius;
  /** The newest proof that passed, of whichever text. */
  proof: Pick<RunbookProof, 'at' | 'how' | 'hash' | 'recoverMs'> | null;
}

/** Every step that runs or may run, those of started runs right after the step that starts them. */
export function stepsAhead(run: Pick<ForeseenRun, 'steps'>): ForeseenStep[] {
  return run.steps
    .filter(({ willRun }) => willRun.kind !== 'no')
    .flatMap((step) => [step, ...step.children.flatMap(stepsAhead)]);
}

/** The longest that a revoked or changed key may still be honoured; null when nothing of that kind happens. */
export function worstDelayMs(plan: Pick<RunbookPlan, 'run'>): number | null {
  const delays = stepsAhead(plan.run).flatMap(({ enforcementDelayMs: ms }) => (ms === null ? [] : [ms]));
  return delays.length === 0 ? null : Math.max(...delays);
}

/** The first step that cannot be taken back; what may be left out counts. */
export function firstFinal(plan: Pick<RunbookPlan, 'run'>): ForeseenStep | null {
  return stepsAhead(plan.run).find(({ back }) => back.kind === 'point_of_no_return') ?? null;
}

/** Steps whose work is taken back when the run fails before a point of no return. */
export function undoable(plan: Pick<RunbookPlan, 'run'>): ForeseenStep[] {
  return stepsAhead(plan.run).filter(({ back, afterFinal }) => back.kind === 'undo' && afterFinal !== 'yes');
}

/** Everybody who would hear of the run: who is asked and who is told, each once. */
export function whoHears(plan: Pick<RunbookPlan, 'run'>): string[] {
  const steps = stepsAhead(plan.run);
  const asked = steps.flatMap(({ people }) => people.flatMap(({ who }) => who.map((person) => `person:${person}`)));
  return [...new Set([...asked, ...steps.flatMap(({ notices }) => notices)])].sort();
}

/** Everything that would go wrong as things stand, with the step. */
export function problemsAhead(plan: Pick<RunbookPlan, 'run'>): { step: string; problem: string }[] {
  return stepsAhead(plan.run).flatMap(({ id, problems }) => problems.map((problem) => ({ step: id, problem })));
}
