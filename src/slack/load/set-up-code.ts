import { peopleNamed } from '../../domain/policy.ts';
import { CONFIRM_WITHIN_MS } from '../../domain/second-factor.ts';
import type { Desk, Moment } from '../moment.ts';
import type { SetUpCode } from '../views/set-up-code-modal.ts';
import { displayNames } from './names.ts';

const NOTHING = { owner: null, escalation: null };

export async function loadSetUpCode(
  desk: Desk,
  { person, origin }: Pick<Moment, 'person' | 'origin'>,
): Promise<SetUpCode> {
  const { policy } = await desk.policy();
  const name = await displayNames(desk);
  const [mine] = await desk.secondFactors.standings({ ...origin, of: 'asker' });
  const begun = await desk.ledger.begunSecondFactorOf(person);
  const administrators = [...peopleNamed(policy, policy.may.administer ?? [], NOTHING)].sort();
  return {
    since: mine?.since ?? null,
    recoveryCodesLeft: mine?.recoveryCodesLeft ?? 0,
    lockedUntil: mine?.lockedUntil ?? null,
    isBegun: begun !== null && desk.now().getTime() - begun.enrolledAt.getTime() <= CONFIRM_WITHIN_MS,
    administrators: administrators.filter((one) => one !== person).map(name),
    page: `${desk.publicUrl.replace(/\/+$/, '')}/second-factor`,
  };
}
