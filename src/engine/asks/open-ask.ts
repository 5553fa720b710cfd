import type { PersonId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import type { Run, StepRecord } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { holdsSecret } from '../../scrub.ts';
import type { EngineDeps } from '../deps.ts';

export async function askOrRefuse(read: LedgerReader, token: string): Promise<Ask> {
  const ask = await read.askByToken(token);
  if (ask === null)
    throw new Refusal('unknown_question', 'This button does not belong to a question that Rekey knows.');
  return ask;
}

/** Whom the runbook names today, whom it escalated to, and whom policy.yaml lets answer anything. Who left the policy is none of them. */
export async function assertMayAnswer(
  read: LedgerReader,
  ask: Ask,
  { person, policy }: { person: PersonId; policy: Policy },
): Promise<void> {
  const run = await read.run(ask.run);
  const key = run === null || run.key === null ? null : await read.key(run.key);
  const subject = key ?? { owner: null, escalation: null };
  const besides = ask.escalation === null ? [] : [ask.escalation.to];
  const people = peopleNamed(policy, [ask.assignee, ...besides, ...(policy.may.answer ?? [])], subject);
  if (people.has(person)) return;
  throw new Refusal('not_the_assignee', `This is for ${[...people].sort().join(', ') || ask.assignee} to answer.`);
}

/** A Refusal when nobody waits for this answer any more; that it was answered already is not asked here. */
export async function assertStillAsked(
  { runbooks }: Pick<EngineDeps, 'runbooks'>,
  read: LedgerReader,
  ask: Ask,
): Promise<void> {
  if (ask.pushedBack !== null)
    throw new Refusal(
      'pushed_back',
      `${ask.pushedBack.by} sent this back to step ${ask.pushedBack.to} at ${ask.pushedBack.at.toISOString()}: ${ask.pushedBack.reason}`,
    );
  const run = await read.run(ask.run);
  if (run === null) return;
  const over = whyOver(run);
  // What is asked in `finally` is asked of a run that has stopped, too.
  if (over !== null && (run.finishedAt !== null || !isAskedAtTheEnd(runbooks, run, ask)))
    throw new Refusal('run_over', `${over}, so nobody waits for this answer any more.`);
  if (!waitsFor(run.steps[ask.step], ask))
    throw new Refusal('question_over', `The run went on without this answer; look at the newest message of ${run.id}.`);
}

function whyOver(run: Run): string | null {
  if (run.finishedAt !== null) return `${run.id} ended at ${run.finishedAt.toISOString()} (${run.outcome})`;
  if (run.cancelRequestedAt !== null) return `${run.id} is being cancelled`;
  if (run.overdueAt !== null) return `The deadline of ${run.id} has passed and it stops`;
  return run.stoppedAt === null ? null : `${run.id} has stopped at ${run.stoppedAt.toISOString()}`;
}

function isAskedAtTheEnd(runbooks: EngineDeps['runbooks'], run: Run, ask: Ask): boolean {
  return runbooks
    .planOf(run.runbook)
    .finally.flat()
    .some((step) => step.id === ask.step);
}

function waitsFor(record: StepRecord | undefined, { id }: Ask): boolean {
  if (record?.state !== 'waiting') return false;
  const waiting = record.waiting.kind === 'retry' ? record.waiting.resumes : record.waiting;
  return waiting?.kind === 'ask' && waiting.id === id;
}

/** What people write is kept for ever and shown to everybody, so a key in it is refused before it is anywhere. */
export function assertNoSecret(written: unknown): void {
  if (holdsSecret(written))
    throw new Refusal(
      'secret_in_answer',
      'Your answer holds what looks like a live key, so nothing was kept or done. Treat that key as exploited, and say it again without the key.',
    );
}
