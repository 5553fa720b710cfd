import type { RunId } from '../domain/ids.ts';
import type { Run } from '../domain/run.ts';
import { ownerIsGone } from '../engine/owner.ts';
import { act } from './act.ts';
import { type Awaited, awaitedIn } from './awaited.ts';
import { keyNamed } from './fixture.ts';
import type { RehearsalCase } from './schema.ts';
import type { Stage } from './stage.ts';
import { note } from './taken.ts';

const LOOKS = 5_000;
const FOLLOWED_MS = 60 * 24 * 3_600_000;

/**
 * Follows the run to its end: does everything that can be done, then jumps with the clock to whatever is next: an answer, a call, a timer. No
 * queue and no waiting; a run that nothing can move any more is left where it stands.
 */
export async function play(stage: Stage, root: RunId, one: RehearsalCase): Promise<void> {
  const { stop_after: stopAfter } = one.clock;
  const end = new Date(stage.start.getTime() + (stopAfter ?? FOLLOWED_MS));
  await countCalls(stage);
  const since = new Map<string, Date>();
  for (let look = 0; look < LOOKS; look++) {
    if (await advanceDue(stage)) continue;
    const runs = await openRuns(stage, root);
    if (runs.length === 0) return;
    const next = await nextOf(stage, { runs, since });
    if (next === null) return;
    if (next.at > end) {
      if (stopAfter === undefined) stage.complaints.push(endless(runs, 'after 60 days of its own time'));
      stage.moveTo(end);
      return;
    }
    if (next.at > stage.now()) stage.moveTo(next.at);
    await next.happen();
  }
  stage.complaints.push(endless(await openRuns(stage, root), `after ${LOOKS} looks at it`));
}

async function advanceDue({ deps, engine, trace, alarms }: Stage): Promise<boolean> {
  const due = await deps.ledger.leases.due(deps.now(), ownerIsGone);
  for (const run of due) {
    alarms.delete(run);
    await engine.advance(run);
    if (trace.isKilled()) trace.restart();
  }
  return due.length > 0;
}

/** The run of the case and every one that it started, while they are open. */
async function openRuns({ deps, trace }: Stage, root: RunId): Promise<Run[]> {
  const ids = new Set<RunId>([root, ...startedIn(trace)]);
  const runs = await Promise.all([...ids].map((id) => deps.ledger.read.run(id)));
  return runs.flatMap((run) => (run === null || run.finishedAt !== null ? [] : [run]));
}

export function startedIn({ events }: Stage['trace']): RunId[] {
  return events.flatMap(({ event }) => (event.type === 'run_started' ? [event.run.id] : []));
}

interface Next {
  at: Date;
  happen: () => Promise<void>;
}

interface Looking {
  runs: readonly Run[];
  /** Since when each question stands. */
  since: Map<string, Date>;
}

/** Of everything that could come next the first; people before timers, because they are told before those ring. */
async function nextOf(stage: Stage, { runs, since }: Looking): Promise<Next | null> {
  const awaited = await awaitedIn(stage.deps.ledger.read, runs);
  for (const one of awaited) {
    if (since.has(one.id)) continue;
    since.set(one.id, stage.now());
    await noteNo(stage, one);
  }
  const timers = runs.flatMap((run): Next[] => {
    const at = stage.alarms.get(run.id);
    return at === undefined ? [] : [{ at, happen: async () => {} }];
  });
  const moves = [...answersTo(stage, awaited, since), ...timers];
  if (moves.length === 0) return null;
  moves.push(...comesOfItself(stage));
  return moves.reduce((first, move) => (move.at < first.at ? move : first));
}

/** What is written down in the ledger of the case for later. */
function comesOfItself(stage: Stage): Next[] {
  const [calls] = stage.calls;
  const [key] = stage.ahead;
  const at = (ms: number) => new Date(stage.start.getTime() + ms);
  return [
    ...(calls === undefined ? [] : [{ at: at(calls.at), happen: () => countCalls(stage) }]),
    ...(key === undefined ? [] : [{ at: key.at, happen: () => registerKey(stage) }]),
  ];
}

async function registerKey({ deps, ahead }: Stage): Promise<void> {
  const key = ahead.shift();
  if (key === undefined) return;
  const by = { at: key.at, actor: 'system:rehearsal', channel: 'cli' } as const;
  await deps.ledger.record(by, async () => ({ events: key.events, result: undefined }));
}

/** Whether a no has somewhere to lead is asked of the engine, which knows what the question resolved to. */
async function noteNo({ engine, noGoesOn }: Stage, { run, record, for: wanted }: Awaited): Promise<void> {
  const [person] = wanted.kind === 'ask' ? wanted.ask.assigned : [];
  if (wanted.kind !== 'ask' || person === undefined) return;
  const { no } = await engine.question(wanted.ask.token, person);
  if (no !== 'ends') note(noGoesOn, run.runbook.id, record.step);
}

function answersTo(stage: Stage, awaited: readonly Awaited[], since: Map<string, Date>): Next[] {
  return awaited.flatMap((one): Next[] => {
    const answer = stage.answers.peek(one.names);
    if (answer === 'nobody') return [];
    if (answer === null) {
      complainOf(stage, one);
      return [];
    }
    const from = since.get(one.id) ?? stage.now();
    const happen = async () => {
      stage.answers.take(one.names);
      since.set(one.id, stage.now());
      await act(stage, one, answer);
    };
    return [{ at: new Date(from.getTime() + answer.after), happen }];
  });
}

/** Who asks people and gets no word from the file is a gap in the file, not a silence that was meant. */
function complainOf({ complaints }: Stage, { names, for: wanted }: Awaited): void {
  const [name] = names;
  const line = lineFor(wanted);
  if (line === null) return;
  const sentence = `${name} ${line.waits}, and the case does not say what they do; write \`answers: { ${name}: ${line.write} }\`, or \`nobody\`.`;
  if (!complaints.includes(sentence)) complaints.push(sentence);
}

function lineFor(wanted: Awaited['for']): { waits: string; write: string } | null {
  switch (wanted.kind) {
    case 'approval': {
      const [who = 'bob'] = wanted.approval.asked;
      return { waits: `asks ${wanted.approval.asked.join(', ')} for an approval`, write: `{ approve: ${who} }` };
    }
    case 'ask': {
      const [who = 'carol'] = wanted.ask.assigned;
      const evidence = wanted.ask.evidence === 'none' ? '' : ', evidence: …';
      return { waits: `asks ${wanted.ask.assigned.join(', ')}`, write: `{ yes: ${who}${evidence} }` };
    }
    case 'claim':
      return { waits: 'offers a secret to its recipient', write: '{ claims: carol }' };
    case 'doubt':
      return { waits: 'asks people whether it happened', write: '{ happened: bob }' };
    case 'other':
      return null;
    default:
      return wanted satisfies never;
  }
}

/** Counts what has been called by now. */
async function countCalls({ deps, start, now, calls: ahead }: Stage): Promise<void> {
  while (ahead[0] !== undefined && start.getTime() + ahead[0].at <= now().getTime()) {
    const [calls] = ahead.splice(0, 1);
    if (calls === undefined) return;
    const slug = calls.key.split(' ')[0] ?? calls.key;
    const key = keyNamed(calls.key, await deps.ledger.read.versionsOf(slug));
    const { caller, accepted, rejected } = calls;
    // A key that the case has not made by then is called by nobody.
    if (key !== null)
      await deps.ledger.countUsage([
        { key: key.id, caller, at: new Date(start.getTime() + calls.at), accepted, rejected },
      ]);
  }
}

function endless(runs: readonly Run[], when: string): string {
  const where = runs.flatMap((run) => Object.values(run.steps)).filter((step) => step.state === 'waiting');
  const steps = where.map((step) => step.step).join(', ') || 'nothing in particular';
  return `It was still going ${when}, waiting in ${steps}; write what people do there, \`clock: { stop_after: … }\`, or calls that let it go on.`;
}
