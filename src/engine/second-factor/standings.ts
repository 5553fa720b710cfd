import { PersonId } from '../../domain/ids.ts';
import type { Origin } from '../engine.ts';
import { authorize } from '../keys/authority.ts';
import type { SecondFactorDeps } from './deps.ts';
import { personAsking } from './enrol.ts';
import { NOTHING } from './remove.ts';

export interface Standing {
  person: PersonId;
  /** Since when codes of an app count; null: no code. */
  since: Date | null;
  recoveryCodesLeft: number;
  lockedUntil: Date | null;
}

export async function standings(
  deps: SecondFactorDeps,
  request: Origin & { of: 'everybody' | 'asker' },
): Promise<Standing[]> {
  const { policy } = await deps.policy();
  const { read } = deps.ledger;
  if (request.of === 'asker') return [await standingOf(deps, personAsking(request))];
  await authorize(read, { policy, verb: 'administer', subject: NOTHING, now: deps.now(), origin: request });
  const people = Object.keys(policy.people).sort();
  return Promise.all(people.map((name) => standingOf(deps, PersonId.parse(name))));
}

async function standingOf({ ledger: { read }, now }: SecondFactorDeps, person: PersonId): Promise<Standing> {
  const factor = await read.secondFactorOf(person);
  const { lockedUntil } = await read.codeTriesOf(person);
  return {
    person,
    since: factor?.confirmedAt ?? null,
    recoveryCodesLeft: factor === null ? 0 : (await read.recoveryCodesOf(factor.id)).length,
    lockedUntil: lockedUntil !== null && now() < lockedUntil ? lockedUntil : null,
  };
}
