import type { PersonId } from '../../domain/ids.ts';
import { termsOf } from '../../domain/policy/approval-rule.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';

/** Who plays whom in the doctor's click: who asks, and whose key it is. */
export interface Cast {
  requester: PersonId;
  owner: string | null;
}

/** The requester and owner with which the approval rules are easiest to satisfy; null when nobody may ask at all. */
export function castFor(policy: Policy): Cast | null {
  const owners = [null, ...Object.keys(policy.people)];
  const casts = owners.flatMap((owner) => {
    const may = peopleNamed(policy, policy.may.rotate ?? [], { owner, escalation: owner });
    return [...may].map((requester) => ({ requester, owner, room: roomIn(policy, { requester, owner }) }));
  });
  const best = casts.toSorted((a, b) => b.room - a.room)[0];
  return best === undefined ? null : { requester: best.requester, owner: best.owner };
}

/** How many more people could decide than the tightest rule needs. */
function roomIn(policy: Policy, { requester, owner }: Cast): number {
  const subject = { owner, escalation: owner };
  const rooms = Object.values(policy.rules).map((rule) => {
    const { tier, thresholds } = termsOf(rule);
    const custodians = rule.custodian_may_approve ? [] : peopleNamed(policy, ['owner'], subject);
    if (tier === 0) return Object.keys(policy.people).length;
    const rooms = thresholds.map(({ approve, from }) => {
      const people = peopleNamed(policy, from, subject);
      if (!rule.requester_may_approve) people.delete(requester);
      // The doctor plays a key that somebody else may have, about which its owner does not decide.
      for (const custodian of custodians) people.delete(custodian);
      return people.size - approve;
    });
    return Math.max(...rooms);
  });
  return Math.min(...rooms);
}
