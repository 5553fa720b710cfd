import type { Verb as Right } from '../../domain/policy.ts';
import { reachOf } from '../../domain/reach.ts';
import { reachesSome } from '../load/reaches-some.ts';
import type { Verb } from './contract.ts';

/** For a help that lists what this person may do: whether policy.yaml lets them do it with any key that there is. */
export function mayWithSomeKey(right: Right): Verb['offered'] {
  return async ({ person }, desk) => reachesSome(reachOf((await desk.policy()).policy, right, person), desk);
}
