import type { Reached } from '../domain/dispatch.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { peopleNamed } from '../domain/policy.ts';
import type { ForecastContext, StepContext } from './contract.ts';
import { factsOf, type Told } from './notice-letter.ts';
import { noticeOf } from './notice-of.ts';

export interface PersonInside {
  /** `person:carol`. */
  recipient: string;
  /** The callers and peers that they are told for. */
  about: string[];
}

/** Who of policy.yaml is behind callers and peers, each once. */
export async function peopleInside({ inside }: Reached, { policy }: ForecastContext): Promise<PersonInside[]> {
  const { policy: today } = await policy();
  const found = new Map<string, string[]>();
  for (const { who, about } of inside)
    for (const person of peopleNamed(today, [who], { owner: null, escalation: null })) {
      const recipient = `person:${person}`;
      found.set(recipient, [...(found.get(recipient) ?? []), ...about]);
    }
  return [...found.keys()]
    .sort()
    .map((recipient) => ({ recipient, about: [...new Set(found.get(recipient) ?? [])].sort() }));
}

/** They are told at once, because nothing leaves the company. Without `about` whoever they stand for would count as not told. */
export async function noticesInside(told: Told, reached: Reached, context: StepContext): Promise<LedgerEvent[]> {
  const facts = factsOf(told, context.now());
  const people = await peopleInside(reached, context);
  return people.map((person) => ({
    type: 'notice_issued',
    notice: noticeOf(context, { ...person, key: told.key.id, template: 'key-notice', facts }),
  }));
}
