import { ClaimId, KeyId, PersonId } from '../domain/ids.ts';
import { take } from '../engine/keys/take.ts';
import { openRotations } from '../engine/rotations/open-rotations.ts';
import { Refusal, sentenceOf } from '../errors.ts';
import type { GivenAnswer } from './answer-schema.ts';
import type { Awaited } from './awaited.ts';
import type { Stage } from './stage.ts';

/** A person does what the file says, through the verb that Slack and the command line call too. */
export async function act(stage: Stage, at: Awaited, answer: GivenAnswer): Promise<void> {
  const [name = at.record.step] = at.names;
  try {
    await doIt(stage, at, answer);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === answer.refused) return;
    stage.complaints.push(`${name}: Rekey refused this answer (${error.code}): ${sentenceOf(error)}`);
    return;
  }
  if (answer.refused !== undefined)
    stage.complaints.push(`${name}: expected that Rekey refuses this answer (${answer.refused}), and it took it.`);
}

async function doIt(stage: Stage, at: Awaited, answer: GivenAnswer): Promise<void> {
  const { engine, deps } = stage;
  if ('approve' in answer) return vote(stage, at, { person: answer.approve, vote: 'approve', reason: answer.reason });
  if ('deny' in answer) return vote(stage, at, { person: answer.deny, vote: 'deny', reason: answer.reason });
  if ('yes' in answer) return reply(stage, at, { person: answer.yes, yes: true, evidence: answer.evidence });
  if ('no' in answer) return reply(stage, at, { person: answer.no, yes: false, evidence: answer.evidence });
  if ('happened' in answer)
    return settle(stage, at, { person: answer.happened, happened: true, reason: answer.reason });
  if ('did_not_happen' in answer)
    return settle(stage, at, { person: answer.did_not_happen, happened: false, reason: answer.reason });
  if ('claims' in answer) return claim(stage, at, answer.claims);
  if ('cancels' in answer)
    return engine.cancel(at.run.id, { ...from(stage, answer.cancels), reason: reasonOf(answer) });
  if ('waives' in answer)
    return openRotations(deps).waiveGate({
      ...from(stage, answer.waives),
      key: await slugOf(stage, at),
      reason: reasonOf(answer),
    });
  return answer satisfies never;
}

async function vote(
  stage: Stage,
  at: Awaited,
  press: { person: string; vote: 'approve' | 'deny'; reason: string },
): Promise<void> {
  if (at.for.kind !== 'approval') throw misplaced(at, 'approve or deny');
  const { token } = at.for.approval;
  const person = PersonId.parse(press.person);
  const { reviewHash } = await stage.engine.review(token, person);
  await stage.engine.vote(token, { ...from(stage, press.person), ...press, person, reviewHash });
}

async function reply(
  stage: Stage,
  at: Awaited,
  press: { person: string; yes: boolean; evidence: string },
): Promise<void> {
  if (at.for.kind !== 'ask') throw misplaced(at, 'yes or no');
  const person = PersonId.parse(press.person);
  await stage.engine.answer(at.for.ask.token, { ...from(stage, press.person), ...press, person });
}

async function settle(
  stage: Stage,
  at: Awaited,
  press: { person: string; happened: boolean; reason: string },
): Promise<void> {
  if (at.for.kind !== 'doubt') throw misplaced(at, 'happened or did_not_happen');
  const { happened, reason } = press;
  await stage.engine.settle(at.run.id, at.record.step, { ...from(stage, press.person), happened, reason });
}

async function claim(stage: Stage, at: Awaited, person: string): Promise<void> {
  if (at.for.kind !== 'claim') throw misplaced(at, 'claims');
  const id = ClaimId.parse(at.for.claim);
  await take(stage.deps, { id }, { ...from(stage, person), how: 'terminal' });
}

async function slugOf({ deps }: Stage, at: Awaited): Promise<string> {
  const key = at.run.key === null ? null : await deps.ledger.read.key(KeyId.parse(at.run.key));
  if (key === null) throw new Refusal('no_key', 'This run is about no key, so there is no gate to waive.');
  return key.slug;
}

function reasonOf({ reason }: { reason: string }): string {
  return reason === '' ? 'said in a rehearsal' : reason;
}

function from({ deps }: Stage, person: string) {
  const id = deps.newId('press');
  return { actor: `person:${person}`, channel: 'cli', dedupe: { source: 'rehearsal', id } } as const;
}

function misplaced(at: Awaited, what: string): Refusal {
  const waits = {
    approval: 'an approval',
    ask: 'an answer',
    claim: 'a claim',
    doubt: '“did it happen?”',
    other: 'time',
  };
  return new Refusal(
    'misplaced',
    `${at.record.step} waits for ${waits[at.for.kind]}, so nobody can say ${what} there.`,
  );
}
