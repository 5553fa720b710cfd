import type { Key } from '../domain/key.ts';
import type { Plan } from '../domain/plan.ts';
import type { JsonObject, Run } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { StepKind } from '../steps/contract.ts';
import { compileRunbook } from './compile.ts';
import { assertFits } from './fits.ts';
import { type Agreed, type Held, holdBack } from './hold.ts';
import { checkInputs, describeInputProblem } from './inputs.ts';
import { loadRunbooks } from './load.ts';
import type { AlertSignal, LoadedRunbook } from './loaded.ts';
import { describeProblem, type RunbookProblem } from './problem.ts';
import { listed, suggestion } from './suggest.ts';

/** The runbooks that are live. What a run started with stays with the run; these are for the next one. */
export interface RunbookSet {
  all: () => ReadonlyMap<string, LoadedRunbook>;
  /** What the last load complained about; empty when every file is live. */
  problems: () => readonly RunbookProblem[];
  /** What is right and waits for somebody to agree to wider grants; the text before it is live meanwhile. */
  held: () => readonly Held[];
  /** All files or none: with any problem the last good set stays live, and the problems come back. */
  reload: () => Promise<readonly RunbookProblem[]>;
  /** Id, hash and text to pin in a run, or null. */
  current: (id: string) => Run['runbook'] | null;
  /** The plan of a pinned text. Throws PermanentFailure when this version of Rekey no longer accepts it. */
  planOf: (runbook: Run['runbook']) => Plan;
  /** Refusal `bad_inputs` that names the input, what was expected and what came; else the inputs with their defaults. */
  checkInputs: (id: string, inputs: JsonObject) => JsonObject;
  /** Whether it is loaded and has an input of this name. */
  takes: (id: string, input: string) => boolean;
  /** Refusal `runbook_does_not_fit` when the runbook is not for this key's class, provider or sink. */
  assertFits: (id: string, key: Key) => void;
  /** Ids of the runbooks that start on this alert. */
  startedBy: (signal: AlertSignal) => string[];
}

/**
 * Opens a directory; `agreed` is what the ledger knows of it, without it everything that is right is live. At the very first load there is no last good set: the files that are right go live, because a typo in one runbook
 * must not take the others away in an emergency.
 */
export async function openRunbookSet(
  dir: string,
  catalogue: readonly StepKind[],
  agreed: () => Promise<Agreed> = async () => NOTHING_SEEN,
): Promise<RunbookSet> {
  const load = async () => {
    const { runbooks, problems } = await loadRunbooks(dir, catalogue);
    return { ...holdBack(runbooks, await agreed(), catalogue), problems };
  };
  let live = await load();
  let problems = live.problems;
  const plans = new Map<string, Plan>();
  return {
    all: () => live.runbooks,
    problems: () => problems,
    held: () => live.held,
    reload: async () => {
      const next = await load();
      problems = next.problems;
      if (problems.length === 0) live = next;
      return problems;
    },
    current: (id) => {
      const found = live.runbooks.get(id);
      return found === undefined ? null : { id, hash: found.hash, text: found.text };
    },
    planOf: (runbook) => {
      const known = plans.get(runbook.hash) ?? planOfText(runbook, catalogue);
      if (plans.size >= PLANS_KEPT) plans.clear();
      plans.set(runbook.hash, known);
      return known;
    },
    checkInputs: (id, inputs) => checkOrRefuse(live.runbooks, { id, inputs }),
    assertFits: (id, key) => {
      const runbook = live.runbooks.get(id);
      if (runbook !== undefined) assertFits(runbook, key);
    },
    takes: (id, input) => Object.hasOwn(live.runbooks.get(id)?.inputs ?? {}, input),
    startedBy: (signal) => [...live.runbooks.values()].filter((one) => startsOn(one, signal)).map((one) => one.id),
  };
}

const NOTHING_SEEN: Agreed = { live: new Map(), approved: new Set() };
const PLANS_KEPT = 200;

function planOfText({ id, text }: Run['runbook'], catalogue: readonly StepKind[]): Plan {
  const compiled = compileRunbook(text, `${id}.yaml (as this run started)`, catalogue);
  if (compiled.kind === 'loaded') return compiled.runbook.plan;
  const [first] = compiled.problems;
  throw new PermanentFailure(
    `The runbook text that this run started with is no longer accepted: ${first === undefined ? 'unknown' : describeProblem(first)}.`,
  );
}

function checkOrRefuse(
  runbooks: ReadonlyMap<string, LoadedRunbook>,
  { id, inputs }: { id: string; inputs: JsonObject },
): JsonObject {
  const runbook = runbooks.get(id);
  const known = [...runbooks.keys()];
  if (runbook === undefined)
    throw new Refusal(
      'unknown_runbook',
      `There is no runbook \`${id}\` among ${listed(known)}; ${suggestion(id, known)}.`,
    );
  const checked = checkInputs(runbook, inputs);
  if (checked.kind === 'ok') return checked.inputs;
  throw new Refusal('bad_inputs', `${id}: ${checked.problems.map(describeInputProblem).join('. ')}.`);
}

/** Does this alert start the runbook? */
export function startsOn(runbook: LoadedRunbook, signal: AlertSignal): boolean {
  return runbook.startOn.some(({ alert, when }) => alert === signal.alert && (when === null || when.holds(signal)));
}
