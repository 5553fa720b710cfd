import { assertMay } from '../../../domain/policy.ts';
import { Refusal } from '../../../errors.ts';
import type { Desk, Moment } from '../../moment.ts';
import type { Token } from '../tokens.ts';
import { malformed, shown } from '../words.ts';

/** Phones write small letters. */
export function runbookId(word: Token | undefined, example: string): string {
  if (word === undefined) throw malformed('the id of the runbook is missing', example);
  if (/^r-[a-z0-9-]{1,60}$/i.test(word.text)) return word.text.toUpperCase();
  throw malformed(`"${shown(word.text)}" is no id of a runbook: it begins with R-`, example);
}

/** What is about no key is for those who may read every key. */
export async function assertMayReadRunbooks({ origin }: Moment, { policy }: Desk): Promise<void> {
  const { policy: rules } = await policy();
  try {
    assertMay(rules, 'read', { actor: origin.actor, subject: { owner: null, escalation: null } });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, error.message.replace('this key', 'the runbooks'));
  }
}
