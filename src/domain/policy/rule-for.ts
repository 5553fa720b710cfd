import type { Policy } from '../policy.ts';
import type { ApprovalRule } from './approval-rule.ts';

/** What a yes would touch, as far as a cap looks at it. */
export interface Radius {
  /** Callers seen with the key in the last 7 days. */
  callers: number;
  /** Null: not known yet, which is above every cap. */
  keys: number | null;
  environment: string | null;
}

export type Chosen =
  | { kind: 'rule'; name: string; rule: ApprovalRule; why: readonly string[] }
  /** Above a cap that names no other rule. */
  | { kind: 'refused'; name: string; why: string }
  | { kind: 'unknown'; name: string };

/** The rule that holds here for `name`: in an emergency its emergency lane, and above its cap the stricter one; each hop is named in `why`. */
export function ruleFor(
  policy: Pick<Policy, 'rules'>,
  name: string,
  facts: { emergency: boolean; radius: Radius },
): Chosen {
  const why: string[] = [];
  // A loop is refused when the policy is loaded; the count only keeps a forged one from going on for ever.
  for (let hops = 0, current = name; hops <= Object.keys(policy.rules).length; hops++) {
    const rule = Object.hasOwn(policy.rules, current) ? policy.rules[current] : undefined;
    if (rule === undefined) return { kind: 'unknown', name: current };
    const hop = hopFrom(rule, facts);
    if (hop === null) return { kind: 'rule', name: current, rule, why };
    why.push(hop.why);
    if (hop.to === REFUSE) return { kind: 'refused', name: current, why: hop.why };
    current = hop.to;
  }
  return { kind: 'refused', name, why: 'the rules of policy.yaml send it in a circle' };
}

/** Stands in `above` for a cap above which nobody may decide. */
export const REFUSE = 'refuse';

function hopFrom(
  rule: ApprovalRule,
  { emergency, radius }: { emergency: boolean; radius: Radius },
): { to: string; why: string } | null {
  if (emergency && rule.emergency_rule !== undefined) return { to: rule.emergency_rule, why: 'it is an emergency' };
  const over = rule.cap === undefined ? null : overCap(rule.cap, radius);
  return rule.cap === undefined || over === null ? null : { to: rule.cap.above, why: over };
}

function overCap(cap: NonNullable<ApprovalRule['cap']>, { callers, keys, environment }: Radius): string | null {
  if (cap.max_callers !== undefined && callers > cap.max_callers)
    return `${callers} callers use the key, more than ${cap.max_callers}`;
  if (cap.max_keys !== undefined && keys === null)
    return `how many keys it is about is not known before the list of them is there, and at most ${cap.max_keys} may be`;
  if (cap.max_keys !== undefined && keys !== null && keys > cap.max_keys)
    return `it is about ${keys} keys, more than ${cap.max_keys}`;
  if (cap.environments !== undefined && (environment === null || !cap.environments.includes(environment)))
    return `its environment is ${environment ?? 'not known'}, not ${cap.environments.join(' or ')}`;
  return null;
}

export interface RuleReference {
  path: readonly string[];
  name: string;
}

/** Where a rule leads to another one: its emergency lane and what holds above its cap. */
export function referencesOf(policy: Pick<Policy, 'rules'>, name: string): RuleReference[] {
  const rule = policy.rules[name];
  const { emergency_rule: lane, cap } = rule ?? {};
  return [
    ...(lane === undefined ? [] : [{ path: ['rules', name, 'emergency_rule'], name: lane }]),
    ...(cap === undefined || cap.above === REFUSE ? [] : [{ path: ['rules', name, 'cap', 'above'], name: cap.above }]),
  ];
}

/** Whether going from rule to rule can come back to `name`. */
export function goesInCircles(policy: Pick<Policy, 'rules'>, name: string): boolean {
  const seen = new Set<string>();
  const open = referencesOf(policy, name).map((reference) => reference.name);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === name) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...referencesOf(policy, next).map((reference) => reference.name));
  }
  return false;
}
