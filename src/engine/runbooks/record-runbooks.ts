import { createHash } from 'node:crypto';
import type { Alarm } from '../../domain/alarm.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import type { RunbookVersion } from '../../domain/runbook-version.ts';
import type { RecordContext } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Held } from '../../runbook/hold.ts';
import type { LoadedRunbook } from '../../runbook/loaded.ts';
import { describeProblem, type RunbookProblem } from '../../runbook/problem.ts';
import type { RunbookSet } from '../../runbook/runbook-set.ts';
import type { EngineDeps } from '../deps.ts';

type Deps = Pick<EngineDeps, 'ledger' | 'policy' | 'now'>;
type Read = Pick<RunbookSet, 'all' | 'held' | 'problems'>;

/**
 * Writes down what was read from the runbooks folder: new texts, which one is live, what is held back and what is broken, each once however
 * many processes read the same. The owners are told, because nobody else looks at the log.
 */
export async function recordRunbooks({ ledger, policy, now }: Deps, set: Read): Promise<void> {
  const at = now();
  const people = await policy().then(
    (found) => found.policy,
    () => null,
  );
  const context: RecordContext = { at, actor: 'system:runbooks', channel: 'engine' };
  await ledger.record(context, async ({ read }) => ({
    events: await changesIn(read, set, { at, policy: people }),
    result: undefined,
  }));
}

interface Seeing {
  at: Date;
  /** Null while policy.yaml is broken: then nobody in particular can be told. */
  policy: Policy | null;
}

async function changesIn(read: LedgerReader, set: Read, seeing: Seeing): Promise<LedgerEvent[]> {
  const live = new Map((await read.liveRunbooks()).map((one) => [one.runbook, one]));
  const last = new Map((await read.runbooksLiveLast()).map((one) => [one.runbook, one.hash]));
  const events: LedgerEvent[] = [];
  for (const runbook of set.all().values()) {
    if (live.get(runbook.id)?.hash === runbook.hash) continue;
    const before = last.get(runbook.id) ?? null;
    // One that was away for a moment has not changed.
    const replaces = before === runbook.hash ? null : before;
    const tell = peopleOf(runbook.owner, seeing);
    events.push(...(await newText(read, runbook, seeing)));
    events.push({ type: 'runbook_went_live', runbook: runbook.id, hash: runbook.hash, replaces, tell });
  }
  for (const held of set.held())
    events.push(...(await newText(read, held.runbook, seeing)), ...(await once(read, heldAlarm(held, seeing))));
  if (set.problems().length > 0) return [...events, ...(await once(read, brokenAlarm(set.problems(), live, seeing)))];
  const there = new Set([...set.all().keys(), ...set.held().map(({ runbook }) => runbook.id)]);
  for (const { runbook, hash } of live.values())
    if (!there.has(runbook)) events.push({ type: 'runbook_gone', runbook, hash });
  return events;
}

async function newText(read: LedgerReader, runbook: LoadedRunbook, { at }: Seeing): Promise<LedgerEvent[]> {
  const { id, hash, title, owner, grants, reviewBy, text } = runbook;
  if ((await read.runbookVersion(id, hash)) !== null) return [];
  const none = { approvedBy: null, approvedAt: null };
  const version: RunbookVersion = { runbook: id, hash, title, owner, grants, reviewBy, firstReadAt: at, ...none };
  return [{ type: 'runbook_read', version, text }];
}

function heldAlarm({ runbook: { id, hash, owner }, widened, instead }: Held, seeing: Seeing): Alarm {
  const meanwhile = instead === null ? 'It is not live.' : `The text before it (${instead.slice(0, 8)}) stays live.`;
  return {
    id: `alm-held-${id}-${hash.slice(0, 12)}`,
    kind: 'runbook_held',
    key: null,
    sentence: `${id} on disk may touch more than before (${widened.join(', ')}), and nobody has agreed to that. ${meanwhile} Read it (rekey runbooks diff ${id}), then: rekey runbooks approve-grants ${id} --because "…"`,
    raisedAt: seeing.at,
    tell: peopleOf(owner, seeing),
  };
}

const MOST_NAMED = 3;

function brokenAlarm(
  problems: readonly RunbookProblem[],
  live: ReadonlyMap<string, { owner: string }>,
  seeing: Seeing,
): Alarm {
  const said = problems.map(describeProblem);
  const files = new Set(problems.map(({ file }) => file));
  const owners = [...live].filter(([id]) => [...files].some((file) => file.endsWith(`${id}.yaml`)));
  const more = said.length > MOST_NAMED ? ` and ${said.length - MOST_NAMED} more` : '';
  return {
    id: `alm-runbooks-${createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 16)}`,
    kind: 'runbooks_broken',
    key: null,
    sentence: `The runbooks folder has problems, so what was live before stays live: ${said.slice(0, MOST_NAMED).join('; ')}${more}. All of them: rekey runbooks lint`,
    raisedAt: seeing.at,
    tell: [...new Set(owners.flatMap(([, { owner }]) => peopleOf(owner, seeing)))],
  };
}

async function once(read: LedgerReader, alarm: Alarm): Promise<LedgerEvent[]> {
  return (await read.alarm(alarm.id)) === null ? [{ type: 'alarm_raised', alarm }] : [];
}

function peopleOf(owner: string, { policy }: Seeing): PersonId[] {
  return policy === null ? [] : [...peopleNamed(policy, [owner], { owner: null, escalation: null })].sort();
}
