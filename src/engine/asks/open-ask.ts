import { askOver } from '../../domain/ask-over.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
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
  const run = await read.run(ask.run);
  const over = run === null ? null : askOver(ask, run, () => runbooks.planOf(run.runbook));
  if (over !== null) throw new Refusal(over.code, over.sentence);
}

/** What people write is kept for ever and shown to everybody, so a key in it is refused before it is anywhere. */
export function assertNoSecret(written: unknown): void {
  if (holdsSecret(written))
    throw new Refusal(
      'secret_in_answer',
      'Your answer holds what looks like a live key, so nothing was kept or done. Treat that key as exploited, and say it again without the key.',
    );
}
