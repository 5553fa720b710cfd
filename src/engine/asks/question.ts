import type { PersonId } from '../../domain/ids.ts';
import { type Plan, stepsOf } from '../../domain/plan.ts';
import { type Run, scopeOf } from '../../domain/run.ts';
import { NoOfAsk } from '../../steps/ask-with.ts';
import type { EngineDeps } from '../deps.ts';
import type { NoLeadsTo, Question } from '../engine.ts';
import { askOrRefuse, assertMayAnswer } from './open-ask.ts';

/** The question behind a token, as it is now, for somebody who may answer it. */
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
