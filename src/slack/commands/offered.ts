import type { Verb as Right } from '../../domain/policy.ts';
import { reachesNothing, reachOf } from '../../domain/reach.ts';
import type { Verb } from './contract.ts';

/** For a help that lists what this person may do: whether policy.yaml lets them do it with any key at all. */
export function mayWithSomeKey(right: Right): Verb['offered'] {
  return async ({ person }, { policy }) => !reachesNothing(reachOf((await policy()).policy, right, person));
}
