import type { PersonId } from '../domain/ids.ts';
import { type Policy, personBySlack } from '../domain/policy.ts';
import { Refusal } from '../errors.ts';

/** The person behind an account of Slack; null for a member whom policy.yaml does not know. */
export function personOfAccount(slack: string | null, policy: Policy): PersonId | null {
  try {
    return slack === null ? null : personBySlack(policy, slack);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
