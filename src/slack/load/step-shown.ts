import { doubtOf } from '../../domain/announce.ts';
import { progressOf, progressText } from '../../domain/ask-progress.ts';
import { tallyText } from '../../domain/fan-out.ts';
import type { AskId, RunId } from '../../domain/ids.ts';
import type { StepRecord, Waiting } from '../../domain/run.ts';
import type { Sources } from '../deps.ts';
import type { StepShown, Until } from '../views/step-words.ts';
import { type NameOf, recipientText } from './names.ts';

/** What is said of one step that has begun. */
export async function stepShown(
  sources: Pick<Sources, 'ledger'>,
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

type Waits = StepRecord & { state: 'waiting'; run: RunId };

async function waitingOf({ ledger }: Pick<Sources, 'ledger'>, record: Waits, name: NameOf): Promise<StepShown> {
  const { run, step, waiting, startedAt } = record;
  const shown = (what: string, since = startedAt): StepShown => ({
    kind: 'waiting',
    what,
    since,
    until: untilOf(waiting),
  });
  switch (waiting.kind) {
    case 'approval': {
      const approval = await ledger.approval(waiting.id);
      const voted = approval?.votes.map((vote) => vote.person) ?? [];
      const left = approval?.asked.filter((person) => !voted.includes(person)) ?? [];
      return shown(`the approval of ${left.map(name).join(' or ') || 'somebody'}`, approval?.createdAt);
    }
    case 'ask':
      return askedOf({ ledger }, { id: waiting.id, since: startedAt }, name);
    case 'run':
      return shown(await startedRun({ ledger }, waiting.id, name));
    case 'each':
      return shown(`its runs (${tallyText(await ledger.fanOutItems(run, step))})`);
    case 'claim': {
      const claim = await ledger.claim(waiting.id);
      const who = claim === null ? 'its owner' : recipientText(claim.recipient, name);
      return shown(`the claim of the new secret by ${who}`, claim?.createdAt);
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

/** It has no message of its own, so whom it waits for is said here; the runs that it started in turn are said of it. */
async function startedRun({ ledger }: Pick<Sources, 'ledger'>, id: RunId, name: NameOf): Promise<string> {
  const run = await ledger.run(id);
  if (run === null) return `the run ${id}`;
  const what = `${run.runbook.id} (${id})`;
  if (run.finishedAt !== null) return what;
  if (run.paused !== null) return `${what}, which is paused`;
  const records = Object.values(run.steps);
  const doubtful = records.find(({ state }) => state === 'in_doubt');
  if (doubtful !== undefined) return `${what}, in doubt whether ${doubtful.step} happened`;
  for (const record of records) {
    const step = await stepShown({ ledger }, { run: id, record }, name);
    if (step.kind === 'waiting') return `${what}, where ${record.step} waits for ${step.what}`;
  }
  return what;
}

/** A question wakes for its reminders; what people are told is when it is due. */
async function askedOf(
  { ledger }: Pick<Sources, 'ledger'>,
  { id, since }: { id: AskId; since: Date },
  name: NameOf,
): Promise<StepShown> {
  const ask = await ledger.ask(id);
  if (ask === null) return { kind: 'waiting', what: 'an answer of somebody', since, until: null };
  const progress = progressOf(ask);
  const far = progress === null ? '' : ` (${progressText(progress)})`;
  const besides = ask.escalation?.people.filter((person) => !ask.assigned.includes(person)) ?? [];
  const who = [...ask.assigned, ...besides].map(name).join(' or ') || 'somebody';
  const until: Until | null = ask.dueAt === null ? null : { word: 'due', at: ask.dueAt };
  return { kind: 'waiting', what: `an answer of ${who}${far}`, since: ask.createdAt, until };
}

function untilOf(waiting: Waiting): Until | null {
  const { until } = waiting;
  if (until === null) return null;
  switch (waiting.kind) {
    case 'approval':
    case 'claim':
    case 'peers':
      return { word: 'next deadline', at: until };
    case 'retry':
      return { word: 'at', at: until };
    case 'look':
      return { word: 'at the latest', at: until };
    case 'time':
      return { word: 'until', at: until };
    // Only woken then: nothing is over.
    case 'ask':
    case 'run':
    case 'each':
      return null;
    default:
      return waiting satisfies never;
  }
}
