import { doubtOf } from '../../domain/announce.ts';
import { progressOf, progressText } from '../../domain/ask-progress.ts';
import { tallyText } from '../../domain/fan-out.ts';
import { RunId } from '../../domain/ids.ts';
import { type Plan, type PlannedStep, stepsOf } from '../../domain/plan.ts';
import { ruledOut } from '../../domain/ruled-out.ts';
import { PHASES, type Run, type StepRecord } from '../../domain/run.ts';
import type { Sources } from '../deps.ts';
import type { RunProgress, StepLine, StepShown } from '../views/run-progress.ts';
import { actorText, displayNames, keyName, type NameOf } from './names.ts';

export async function loadRun(sources: Sources, subject: string): Promise<RunProgress | null> {
  const run = await sources.ledger.run(RunId.parse(subject));
  if (run === null) return null;
  const name = await displayNames(sources);
  const shown = new Map<string, StepLine>();
  const plan = planOrNull(sources, run);
  const uses = new Map(plan === null ? [] : stepsOf(plan).map((step) => [step.id, step.uses]));
  for (const record of Object.values(run.steps)) {
    const line = {
      shown: await shownOf(sources, { run: run.id, record }, name),
      undoing: record.undoing?.error ?? null,
      undoError: record.undoError,
    };
    shown.set(record.step, { id: record.step, uses: uses.get(record.step) ?? 'step', ...line });
  }
  return {
    id: run.id,
    runbook: run.runbook.id,
    key: await keyName(sources.ledger, run.key),
    requestedBy: actorText(run.requestedBy, name),
    reason: run.reason,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    outcome: run.outcome,
    cancelRequested: run.cancelRequestedAt !== null,
    paused: run.paused === null ? null : { ...run.paused, by: actorText(run.paused.by, name) },
    phases: plan === null ? [{ name: 'steps', waived: null, steps: [...shown.values()] }] : phasesOf(plan, run, shown),
  };
}

/** A run keeps its runbook's text; should that no longer compile, what is recorded is shown all the same. */
export function planOrNull({ runbooks }: Pick<Sources, 'runbooks'>, run: Run): Plan | null {
  try {
    return runbooks.planOf(run.runbook);
  } catch {
    return null;
  }
}

function phasesOf(plan: Plan, run: Run, shown: ReadonlyMap<string, StepLine>): RunProgress['phases'] {
  const steps = stepsOf(plan);
  const out = ruledOut(plan, run);
  return [...PHASES, 'finally' as const]
    .map((phase) => ({
      name: phase,
      waived: phase === 'finally' ? null : (plan.waived[phase] ?? null),
      steps: steps
        .filter((step) => step.phase === phase)
        .map((step) => briefly(shown.get(step.id) ?? toCome(step, out.has(step.id)), step)),
    }))
    .filter((phase) => phase.waived !== null || phase.steps.length > 0);
}

function toCome({ id, uses, when }: PlannedStep, out: boolean): StepLine {
  const shown: StepShown = out && when !== null ? { kind: 'skipped', why: notHolding(when) } : { kind: 'to_come' };
  return { id, uses, shown, undoing: null, undoError: null };
}

/** A condition that did not hold is said in words: its text stands in the runbook, and many steps may be left out. */
function briefly(line: StepLine, { when }: PlannedStep): StepLine {
  if (when === null || line.shown.kind !== 'skipped' || line.shown.why !== notHolding(when)) return line;
  return { ...line, shown: { kind: 'skipped', why: 'its condition does not hold' } };
}

function notHolding(when: NonNullable<PlannedStep['when']>): string {
  return `when ${when.text} does not hold`;
}

async function shownOf(
  sources: Sources,
  { run, record }: { run: RunId; record: StepRecord },
  name: NameOf,
): Promise<StepShown> {
  switch (record.state) {
    case 'started':
      return { kind: 'running', since: record.startedAt };
    case 'waiting':
      return waitingOf(sources, { ...record, run }, name);
    case 'failed':
      return { kind: 'failed', error: record.error };
    case 'skipped':
      return { kind: 'skipped', why: record.why };
    case 'in_doubt':
      return { kind: 'in_doubt', question: record.question, token: doubtOf(record) };
    case 'reset':
      return { kind: 'again', why: record.why };
    case 'done':
    case 'undone':
      return { kind: record.state };
    default:
      return record satisfies never;
  }
}

async function waitingOf(
  { ledger }: Sources,
  { run, step, waiting, startedAt }: StepRecord & { state: 'waiting'; run: RunId },
  name: NameOf,
): Promise<StepShown> {
  const shown = (what: string, since = startedAt): StepShown => ({
    kind: 'waiting',
    what,
    since,
    until: waiting.until,
  });
  switch (waiting.kind) {
    case 'approval': {
      const approval = await ledger.approval(waiting.id);
      const voted = approval?.votes.map((vote) => vote.person) ?? [];
      const left = approval?.asked.filter((person) => !voted.includes(person)) ?? [];
      return shown(`the approval of ${left.map(name).join(' or ') || 'somebody'}`, approval?.createdAt);
    }
    case 'ask': {
      const ask = await ledger.ask(waiting.id);
      const progress = ask === null ? null : progressOf(ask);
      const far = progress === null ? '' : ` (${progressText(progress)})`;
      return shown(`an answer of ${ask?.assigned.map(name).join(' or ') || 'somebody'}${far}`, ask?.createdAt);
    }
    case 'run':
      return shown(`the run ${waiting.id}`);
    case 'each':
      return shown(`its runs (${tallyText(await ledger.fanOutItems(run, step))})`);
    case 'claim': {
      const claim = await ledger.claim(waiting.id);
      return shown(`the claim of the new secret by ${claim?.recipient ?? 'its owner'}`, claim?.createdAt);
    }
    case 'peers':
      return shown('the peers that trust this key');
    case 'time':
      return shown('its time');
    case 'look':
      return shown('its condition');
    case 'retry':
      return shown(`the next attempt after: ${waiting.error}`);
    default:
      return waiting satisfies never;
  }
}
