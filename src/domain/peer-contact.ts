import { isInside } from './peer.ts';
import { type Policy, peopleNamed } from './policy.ts';

/** What is wrong with a contact that names nobody of policy.yaml; null for one that does, and for an e-mail address. */
export function danglingContact(contact: string, policy: Policy): string | null {
  if (!isInside(contact)) return null;
  const people = peopleNamed(policy, [contact], { owner: null, escalation: null });
  if (people.size > 0) return null;
  return `policy.yaml knows no ${contact}. Write a person or group:<name> that it has, or an e-mail address.`;
}
