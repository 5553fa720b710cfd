import type { RunId } from '../domain/ids.ts';
import type { Run, StepRecord } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { Ended } from './facts.ts';
import type { Stage } from './stage.ts';

/** Records of the steps of this kind, of a run of the runbook that is drilled. */
export function recordsOf({ drilled }: Stage, run: Run, kind: string): StepRecord[] {
  const ids = drilled.runbook.steps.filter((step) => step.kind.uses === kind).map(({ id }) => id);
  return ids.flatMap((id) => run.steps[id] ?? []);
}

export async function openRecords(stage: Stage, kind: string): Promise<StepRecord[]> {
  const { read } = stage.deps.ledger;
  const runs = await read.runsOfKey(stage.subject.id);
  return runs.filter(({ finishedAt }) => finishedAt === null).flatMap((run) => recordsOf(stage, run, kind));
}

/** When an event of this kind about the key was recorded first; null where none was. */
export function lineAt({ lines }: Ended, action: string, key?: string): Date | null {
  return (
    lines.find((line) => line.action === action && (key === undefined || line.subject === `key:${key}`))?.at ?? null
  );
}

/** Somebody who may look after runs has it done again, from the step of this kind on or only that step. */
export async function doAgain(
  stage: Stage,
  run: Run,
  { how, kind, reason }: { how: 'rerun' | 'retry'; kind: string; reason: string },
): Promise<RunId> {
  const { engine, deps, say } = stage;
  const record = recordsOf(stage, run, kind).find(({ state }) => state !== 'skipped');
  const person = await somebodyOf(stage);
  if (record === undefined) throw new Refusal('nothing_to_repeat', `The run has no ${kind} that could be done again.`);
  const because = {
    actor: `person:${person}`,
    channel: 'cli',
    dedupe: { source: 'drill', id: deps.newId('press') },
    reason,
  } as const;
  await (how === 'rerun' ? engine.rerun(run.id, record.step, because) : engine.retry(run.id, record.step, because));
  say(person, `${how === 'rerun' ? 'begins again from' : 'tries again'} ${record.step}: ${reason}`);
  return run.id;
}

/** The first person of those who may try again. */
async function somebodyOf({ drilled }: Stage): Promise<string> {
  const { policy } = drilled;
  const [first] = (policy.may.retry ?? []).flatMap((who) =>
    who.startsWith('group:') ? (policy.groups[who.slice('group:'.length)] ?? []) : who === 'owner' ? [] : [who],
  );
  if (first === undefined) throw new Refusal('nobody_may_retry', 'policy.yaml lets nobody in particular retry a step.');
  return first;
}

const LOOKED_EVERY_MS = 11_000;

/** Of a key that some place still let through nobody may have said that it is dead. */
export function provedTooEarly({ traffic }: Stage, { old }: Ended): string[] {
  const { nowhereAt } = traffic.seen('old');
  if (old.provedDeadAt === null || nowhereAt === null) return [];
  return nowhereAt.getTime() - old.provedDeadAt.getTime() > LOOKED_EVERY_MS
    ? [
        `the old key was called dead at ${old.provedDeadAt.toISOString()}, and was let through until ${nowhereAt.toISOString()}`,
      ]
    : [];
}

/** A fault that was not felt proves nothing. */
export function lagSeen({ traffic }: Stage, { old }: Ended): string[] {
  const { nowhereAt } = traffic.seen('old');
  if (old.revokedAt === null || nowhereAt === null || nowhereAt > old.revokedAt) return [];
  return ['the old key was refused as soon as it was revoked, so the fault was not felt'];
}
