import { PersonId } from '../ids.ts';
import { type Threshold, termsOf } from '../policy/approval-rule.ts';
import { type Policy, peopleNamed } from '../policy.ts';

/** A rule of tier 3 and who of those whom it names has no code. */
export interface CodesMissing {
  rule: string;
  without: PersonId[];
  /** Nobody can decide by it today, whoever asks: none of its alternatives has as many people with a code as it wants. */
  blocked: boolean;
}

const NOBODY = { owner: null, escalation: null };

/**
 * What policy.yaml asks for and the people's codes do not give. Owner and escalation differ from key to key, so everybody whom the policy
 * knows stands in for them: a rule is called blocked only when it is so for every key.
 */
export function codesMissing(policy: Policy, enrolled: ReadonlySet<string>): CodesMissing[] {
  return Object.entries(policy.rules)
    .filter(([, rule]) => termsOf(rule).tier === 3)
    .map(([name, rule]) => {
      const { thresholds } = termsOf(rule);
      const named = peopleNamed(
        policy,
        thresholds.flatMap(({ from }) => from),
        NOBODY,
      );
      const without = [...named].filter((person) => !enrolled.has(person)).sort();
      return { rule: name, without, blocked: !thresholds.some((one) => canBeMet(one, policy, enrolled)) };
    })
    .filter(({ without, blocked }) => without.length > 0 || blocked);
}

function canBeMet({ approve, from }: Threshold, policy: Policy, enrolled: ReadonlySet<string>): boolean {
  const isOpen = from.includes('owner') || from.includes('escalation');
  const people = isOpen
    ? Object.keys(policy.people).map((name) => PersonId.parse(name))
    : [...peopleNamed(policy, from, NOBODY)];
  return people.filter((person) => enrolled.has(person)).length >= approve;
}
