import type { LedgerEvent } from '../domain/event.ts';
import type { PersonId } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import type { Secret } from '../secret.ts';

/** A second proof of who somebody is, for what a click in a chat is not enough for. */
export interface StepUp {
  isEnrolled: (person: PersonId) => Promise<boolean>;
  /**
   * Throws a Refusal when the code is not this person's at this instant, was used before, or there were too many tries. The events are
   * recorded in the transaction that the code is given for: nothing is used up by a decision that does not come about.
   */
  prove: (person: PersonId, code: Secret, at: Date) => Promise<{ events: LedgerEvent[] }>;
  /** What somebody does who is not enrolled, in one sentence. */
  howToEnrol: string;
}

/** Where no second factor is kept: what needs a code is decided by nobody. */
export const nobodyEnrolled: StepUp = {
  isEnrolled: async () => false,
  prove: async (person) => {
    throw new Refusal('not_enrolled', `${person} has no code here. ${nobodyEnrolled.howToEnrol}`);
  },
  howToEnrol: 'This Rekey keeps no codes, so name a rule of tier 1 or 2 in policy.yaml.',
};

/** For a scratch world, such as the doctor's and a rehearsal's, where one program plays everybody and nothing real is decided. */
export const playedStepUp: StepUp = {
  isEnrolled: async () => true,
  prove: async () => ({ events: [] }),
  howToEnrol: 'Everybody is enrolled here.',
};
