import type { PersonId } from '../../domain/ids.ts';
import { personBySlack } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { Desk } from '../moment.ts';

/** Whom policy.yaml knows behind a member that was chosen in a form. */
export async function personChosen(
  user: string,
  desk: Pick<Desk, 'policy'>,
): Promise<{ kind: 'person'; person: PersonId } | { kind: 'unknown'; sentence: string }> {
  const { policy } = await desk.policy();
  try {
    return { kind: 'person', person: personBySlack(policy, user) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'unknown', sentence: 'Choose somebody whom policy.yaml knows; this member is not in it.' };
  }
}
