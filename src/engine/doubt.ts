import { doubtOf } from '../domain/announce.ts';
import { type Doubt, doubtAbout } from '../domain/doubt.ts';
import type { PersonId, RunId } from '../domain/ids.ts';
import { assertMay } from '../domain/policy.ts';
import { Refusal } from '../errors.ts';
import type { EngineDeps } from './deps.ts';
import { openRunOrRefuse } from './open-run.ts';
import { doubtIn } from './settle.ts';

/** What somebody reads before saying whether it happened. */
export async function doubt(
  deps: EngineDeps,
  id: RunId,
  step: string,
  { person, doubt: wanted }: { person: PersonId; doubt?: string },
): Promise<Doubt> {
  const { read } = deps.ledger;
  const run = await openRunOrRefuse(read, id);
  const { policy } = await deps.policy();
  const key = run.key === null ? null : await read.key(run.key);
  assertMay(policy, 'answer', { actor: `person:${person}`, subject: key ?? { owner: null, escalation: null } });
  const record = doubtIn(run, step);
  if (wanted !== undefined && doubtOf(record) !== wanted)
    throw new Refusal('not_in_doubt', `This question about ${step} is over; look at the newest message of the run.`);
  return doubtAbout(deps.runbooks.planOf(run.runbook), run, record);
}
