import { PersonId } from '../../domain/ids.ts';
import { type Policy, personBySlack } from '../../domain/policy.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import type { Token } from './tokens.ts';
import { malformed, shown } from './words.ts';

/** Somebody of policy.yaml, said as a mention (`@bob`, which Slack sends as `@U…`) or by the name there. */
export function personNamed(token: Token | undefined, policy: Policy, example: string): PersonId {
  if (token === undefined) throw malformed('the person is missing', example);
  const name = token.text.replace(/^@/, '');
  const lower = name.toLowerCase();
  if (Object.hasOwn(policy.people, lower)) return PersonId.parse(lower);
  if (/^[UW][A-Z0-9]{2,}$/.test(name)) return personBySlack(policy, name);
  const meant = didYouMean(lower, Object.keys(policy.people));
  const hint = meant === null ? 'mention them, or ask the security team to add them' : `did you mean ${meant}?`;
  throw malformed(`policy.yaml knows nobody called "${shown(name)}": ${hint}`, example);
}

/** A person, or `group:name`. */
export function ownerNamed(token: Token | undefined, policy: Policy, example: string): string {
  const group = token?.text.toLowerCase().match(/^group:(.+)$/)?.[1];
  if (group === undefined) return personNamed(token, policy, example);
  if (Object.hasOwn(policy.groups, group)) return `group:${group}`;
  const meant = didYouMean(group, Object.keys(policy.groups));
  const hint = meant === null ? `it has ${Object.keys(policy.groups).join(', ') || 'none'}` : `did you mean ${meant}?`;
  throw malformed(`policy.yaml has no group "${shown(group)}": ${hint}`, example);
}
