import type { Approval } from '../domain/approval.ts';
import { PersonId } from '../domain/ids.ts';
import { Secret } from '../secret.ts';
import type { GivenAnswer } from './answer-schema.ts';
import type { Awaited } from './awaited.ts';
import { type Acting, misplaced, pressBy } from './press.ts';

type Deciding = Extract<
  GivenAnswer,
  { approve: string } | { deny: string } | { delegate: string } | { breaks_glass: string }
>;

export async function actOnApproval(stage: Acting, at: Awaited, answer: Deciding): Promise<void> {
  if (at.for.kind !== 'approval') throw misplaced(at, 'approve or deny');
  const { approval } = at.for;
  const { engine } = stage;
  const { reason } = answer;
  if ('approve' in answer)
    await engine.vote(approval.token, { ...(await brought(stage, approval, answer.approve)), vote: 'approve', reason });
  else if ('deny' in answer)
    await engine.vote(approval.token, { ...(await brought(stage, approval, answer.deny)), vote: 'deny', reason });
  else if ('breaks_glass' in answer)
    await engine.breakGlass(approval.token, { ...(await brought(stage, approval, answer.breaks_glass)), reason });
  else {
    const [person, to] = [PersonId.parse(answer.delegate), PersonId.parse(answer.to)];
    await engine.delegate(approval.token, { ...pressBy(stage, person), person, to, reason });
  }
}

// Whoever decides in a rehearsal brings all that any tier asks for; what is rehearsed is the runbook, not somebody's telephone.
async function brought(stage: Acting, { token, subject }: Approval, name: string) {
  const person = PersonId.parse(name);
  const { reviewHash } = await stage.engine.review(token, person);
  return { ...pressBy(stage, name), person, reviewHash, confirm: subject.confirm, code: new Secret('000000') };
}
