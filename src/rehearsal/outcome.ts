import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { errorOf, type Run, type StepRecord } from '../domain/run.ts';
import { addressOf } from './address.ts';
import { isInPlace } from './at-place.ts';
import type { EndState } from './expect-schema.ts';
import { startedIn } from './play.ts';
import type { Stage } from './stage.ts';

/** What came out of a case, in the words that its file uses. */
export interface Outcome {
  run: Run;
  /** Every step of every run, outer run first, in the order in which they began. */
  path: PathStep[];
  undone: string[];
  told: { to: string; says: string }[];
  keys: { key: Key; atPlace: boolean }[];
  incident: Incident | null;
  events: readonly LedgerEvent[];
  /** How much of its own time passed. */
  elapsedMs: number;
}

export interface PathStep {
  /** The names that the file may use, the most exact first. */
  names: string[];
  runbook: string;
  record: StepRecord;
  state: EndState;
  because: string | null;
}

export async function outcomeOf(stage: Stage, root: RunId): Promise<Outcome> {
  const { deps, trace, start, now } = stage;
  const { read } = deps.ledger;
  const run = await read.run(root);
  if (run === null) throw new Error(`The run ${root} is not in the ledger.`);
  const others = startedIn(trace).filter((id) => id !== root);
  const paths = await Promise.all([root, ...others].map((id) => pathOf(stage, id)));
  const events = trace.events.map(({ event }) => event);
  const slugs = [...new Set((await read.keys()).map((key) => key.slug))];
  const keys = (await Promise.all(slugs.map((slug) => read.versionsOf(slug)))).flat();
  return {
    run,
    path: paths.flat(),
    undone: await undoneIn(stage),
    told: toldIn(events),
    keys: await Promise.all(keys.map(async (key) => ({ key, atPlace: await isInPlace(deps, key) }))),
    incident: run.incident === null ? null : await read.incident(run.incident),
    events,
    elapsedMs: now().getTime() - start.getTime(),
  };
}

async function pathOf({ deps }: Stage, id: RunId): Promise<PathStep[]> {
  const { read } = deps.ledger;
  const run = await read.run(id);
  if (run === null) return [];
  const { namesOf } = await addressOf(read, id);
  const order = new Map(
    deps.runbooks
      .planOf(run.runbook)
      .stages.flat()
      .map((step, index) => [String(step.id), index]),
  );
  const place = (record: StepRecord) => order.get(record.step) ?? order.size;
  const records = Object.values(run.steps).sort((a, b) => a.ordinal - b.ordinal || place(a) - place(b));
  return records.map((record) => ({
    names: namesOf(record.step),
    runbook: run.runbook.id,
    record,
    state: endStateOf(record),
    because: becauseOf(record),
  }));
}

function endStateOf(record: StepRecord): EndState {
  if (record.undoError !== null) return 'undo_failed';
  return record.state === 'reset' ? 'skipped' : record.state;
}

function becauseOf(record: StepRecord): string | null {
  if (record.undoError !== null) return record.undoError;
  if (record.state === 'skipped') return record.why;
  if (record.state === 'in_doubt') return record.question;
  if (record.state === 'waiting' && record.waiting.kind === 'retry') return record.waiting.error;
  return errorOf(record);
}

async function undoneIn({ deps, trace }: Stage): Promise<string[]> {
  const names: string[] = [];
  for (const { event } of trace.events) {
    if (event.type !== 'step_recorded' || event.record.state !== 'undone') continue;
    const { namesOf } = await addressOf(deps.ledger.read, event.run);
    names.push(namesOf(event.record.step)[0] ?? event.record.step);
  }
  return names;
}

/** Notices as they were issued, questions to whom they were put, and what was posted for everybody. */
function toldIn(events: readonly LedgerEvent[]): Outcome['told'] {
  const questions = new Map(
    events.flatMap((event) => (event.type === 'ask_opened' ? [[event.ask.id, event.ask.question] as const] : [])),
  );
  return events.flatMap((event): Outcome['told'] => {
    if (event.type === 'notice_issued') {
      const { recipient, facts } = event.notice;
      return [{ to: recipient.replace(/^person:/, ''), says: Object.values(facts).join(' ') }];
    }
    if (event.type === 'ask_opened') return event.ask.assigned.map((to) => ({ to, says: event.ask.question }));
    if (event.type === 'ask_escalated') return event.people.map((to) => ({ to, says: questions.get(event.ask) ?? '' }));
    if (event.type === 'approval_requested')
      return event.approval.asked.map((to) => ({ to, says: event.approval.question }));
    if (event.type === 'summary_posted') return [{ to: 'incident', says: event.markdown }];
    if (event.type === 'alarm_raised') return [{ to: 'incident', says: event.alarm.sentence }];
    return [];
  });
}

/** `payments-prod v3 (expired)` for "got …". */
export function describeKeys(keys: Outcome['keys']): string {
  return keys.map(({ key }) => `${nameOf(key)} (${key.state})`).join(', ') || 'none';
}
