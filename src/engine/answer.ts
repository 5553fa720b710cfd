import type { LedgerEvent } from '../domain/event.ts';
import type { PersonId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import { type Plan, stepsOf } from '../domain/plan.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import { type Run, scopeOf } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { NoOfAsk } from '../steps/ask.ts';
import type { EngineDeps } from './deps.ts';
import type { Engine, NoLeadsTo, Question } from './engine.ts';
import { decisionContext, wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';

export async function question(deps: EngineDeps, token: string, person: PersonId): Promise<Question> {
  const ask = await askOrRefuse(deps.ledger.read, token);
  const { policy } = await deps.policy();
  await assertMayAnswer(deps.ledger.read, ask, { person, policy });
  const run = await deps.ledger.read.run(ask.run);
  return { ...ask, no: run === null ? 'ends' : noLeadsTo(deps.runbooks.planOf(run.runbook), run, ask.step) };
}

function noLeadsTo(plan: Plan, run: Run, id: string): NoLeadsTo {
  const step = stepsOf(plan).find((one) => one.id === id);
  if (step === undefined) return 'ends';
  if (NoOfAsk.safeParse(step.resolve(scopeOf(run)).no).data === 'waits') return 'waits';
  return step.onFailure.kind === 'continue' || step.onFailure.kind === 'step' ? 'goes_on' : 'ends';
}

/** The same answer twice is fine, a different second one is refused, and of two that race one wins. */
export async function answer(deps: EngineDeps, token: string, press: Parameters<Engine['answer']>[1]): Promise<Ask> {
  const known = await deps.ledger.read.askByToken(token);
  return auditRefusal(deps, { origin: press, what: `answer ${known?.id ?? 'nothing'}` }, async () => {
    const { policy } = await deps.policy();
    const seen = await askOrRefuse(deps.ledger.read, token);
    const answered = await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const ask = await askOrRefuse(read, token);
      await assertMayAnswer(read, ask, { person: press.person, policy });
      if (ask.answer !== null) return { events: [], result: sameAnswer(ask, press) };
      await assertStillAsked(read, ask);
      assertEvidence(ask, press.evidence);
      const { yes, evidence, person: by } = press;
      const event: LedgerEvent = { type: 'ask_answered', ask: ask.id, yes, evidence, by };
      return { events: [event], result: { ...ask, answer: { yes, evidence, by, at: deps.now() } } };
    });
    await wakeSoon(deps, seen.run);
    return answered;
  });
}

async function assertStillAsked(read: LedgerReader, ask: Ask): Promise<void> {
  const run = await read.run(ask.run);
  if (run?.finishedAt != null)
    throw new Refusal(
      'run_over',
      `${run.id} ended at ${run.finishedAt.toISOString()} (${run.outcome}), so nobody waits for this answer any more.`,
    );
}

async function assertMayAnswer(
  read: LedgerReader,
  ask: Ask,
  { person, policy }: { person: PersonId; policy: Policy },
): Promise<void> {
  const run = await read.run(ask.run);
  const key = run === null || run.key === null ? null : await read.key(run.key);
  const subject = key ?? { owner: null, escalation: null };
  const people = peopleNamed(policy, [ask.assignee, ...(policy.may.answer ?? [])], subject);
  if (people.has(person)) return;
  throw new Refusal('not_the_assignee', `This is for ${[...people].sort().join(', ') || ask.assignee} to answer.`);
}

function assertEvidence(ask: Ask, evidence: string): void {
  if (ask.evidence === 'text' && evidence.trim() === '')
    throw new Refusal('evidence_needed', 'Write one line on how you know; it goes into the summary.');
  if (ask.evidence === 'url' && !URL.canParse(evidence))
    throw new Refusal(
      'evidence_needed',
      `Give a link as evidence, such as https://ci.example.com/deploy/42; you wrote "${evidence}".`,
    );
}

function sameAnswer(ask: Ask, press: { yes: boolean; person: PersonId }): Ask {
  if (ask.answer !== null && ask.answer.yes === press.yes) return ask;
  throw new Refusal(
    'already_answered',
    `${ask.answer?.by} already answered ${ask.answer?.yes ? 'yes' : 'no'} at ${ask.answer?.at.toISOString()}.`,
  );
}

async function askOrRefuse(read: LedgerReader, token: string): Promise<Ask> {
  const ask = await read.askByToken(token);
  if (ask === null)
    throw new Refusal('unknown_question', 'This button does not belong to a question that Rekey knows.');
  return ask;
}
