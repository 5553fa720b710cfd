import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { Stage } from './stage.ts';

/** What one case took of the branches of each runbook, and which questions have a no that the run survives. */
export interface Taken {
  branches: Map<string, Set<string>>;
  noGoesOn: Map<string, Set<string>>;
}

export function nothingTaken(): Taken {
  return { branches: new Map(), noGoesOn: new Map() };
}

/** Read off what was recorded, so that a branch counts only when the real engine took it. */
export function takenIn({ trace, noGoesOn }: Pick<Stage, 'trace' | 'noGoesOn'>): Taken {
  const taken: Taken = { branches: new Map(), noGoesOn };
  const runs = new Map<RunId, string>();
  const steps = new Map<string, { run: RunId; step: string }>();
  // An alert is recorded before the run that it starts, in the same breath.
  const alerts: string[] = [];
  const add = (run: RunId, branch: string) => note(taken.branches, runs.get(run) ?? '', branch);
  for (const { event } of trace.events) {
    if (event.type === 'alert_received') alerts.push(event.alert.alert);
    if (event.type === 'run_started') {
      runs.set(event.run.id, event.run.runbook.id);
      for (const alert of alerts.splice(0)) add(event.run.id, `start_on/${alert}`);
    }
    if (event.type === 'step_recorded') for (const branch of branchesIn(event.record)) add(event.run, branch);
    if (event.type === 'fan_out_moved' && event.ended.some(({ outcome }) => outcome !== 'succeeded'))
      add(event.run, `${event.step}/item_fails`);
    if (event.type === 'approval_requested') steps.set(event.approval.id, event.approval);
    if (event.type === 'approval_decided') {
      const asked = steps.get(event.approval);
      const branch = event.outcome === 'approved' ? 'approved' : 'not_approved';
      if (asked !== undefined && event.outcome !== 'superseded') add(asked.run, `${asked.step}/${branch}`);
    }
    if (event.type === 'ask_opened') steps.set(event.ask.id, event.ask);
    if (event.type === 'ask_answered') {
      const asked = steps.get(event.ask);
      if (asked !== undefined) add(asked.run, `${asked.step}/${event.yes ? 'yes' : 'no'}`);
    }
  }
  return taken;
}

type Recorded = Extract<LedgerEvent, { type: 'step_recorded' }>['record'];

function branchesIn(record: Recorded): string[] {
  const { step, state } = record;
  if (state === 'skipped') return record.why.startsWith('when ') ? [`${step}/when_not`] : [];
  const found = [`${step}/when`];
  if (state === 'done') found.push(step);
  if (state === 'failed' || state === 'in_doubt') found.push(`${step}/fails`);
  if (state === 'undone' || record.undoError !== null) found.push(`${step}/undone`);
  return found;
}

export function note(map: Map<string, Set<string>>, runbook: string, branch: string): void {
  const known = map.get(runbook) ?? new Set();
  map.set(runbook, known.add(branch));
}

export function mergeTaken(into: Taken, from: Taken): void {
  for (const part of ['branches', 'noGoesOn'] as const)
    for (const [runbook, set] of from[part]) for (const branch of set) note(into[part], runbook, branch);
}
