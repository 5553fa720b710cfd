import type { PersonId } from './ids.ts';
import type { Key } from './key.ts';
import { type Policy, peopleNamed, type Verb } from './policy.ts';

/** On which keys a person may do something: on all of them, or on those of certain owners and escalations. */
export type Reach = { kind: 'all' } | { kind: 'some'; owners: readonly string[]; escalations: readonly string[] };

/** What is for everybody together, as a message in the channel. */
export const EVERY_KEY: Reach = { kind: 'all' };

const NOBODY = { owner: null, escalation: null };

/** The same answer as `assertMay` for every key, so that a list can be asked for and need not be filtered. */
export function reachOf(policy: Policy, verb: Verb, person: PersonId): Reach {
  const listed = policy.may[verb] ?? [];
  if (peopleNamed(policy, listed, NOBODY).has(person)) return { kind: 'all' };
  const names = [
    person,
    ...Object.keys(policy.groups)
      .map((group) => `group:${group}`)
      .filter((group) => peopleNamed(policy, [group], NOBODY).has(person)),
  ];
  return {
    kind: 'some',
    owners: listed.includes('owner') ? names : [],
    escalations: listed.includes('escalation') ? names : [],
  };
}

export function isInReach(reach: Reach, { owner, escalation }: Pick<Key, 'owner' | 'escalation'>): boolean {
  if (reach.kind === 'all') return true;
  return (
    (owner !== null && reach.owners.includes(owner)) || (escalation !== null && reach.escalations.includes(escalation))
  );
}

/** Whether there is anything at all; for a help that lists what a person may do. */
export function reachesNothing(reach: Reach): boolean {
  return reach.kind === 'some' && reach.owners.length === 0 && reach.escalations.length === 0;
}
