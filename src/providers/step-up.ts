import type { Channel, LedgerEvent } from '../domain/event.ts';
import type { Actor, PersonId } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import type { Secret } from '../secret.ts';

/** Where, when and for what a code was given. */
export interface GivenFor {
  at: Date;
  actor: Actor;
  channel: Channel;
  /** The id of what it was given for, such as an approval's. */
  what: string;
}

/** A second proof of who somebody is, for what a click in a chat is not enough for. */
export interface StepUp {
  isEnrolled: (person: PersonId) => Promise<boolean>;
  /**
   * Throws a Refusal when the code is not this person's at this instant (`code_wrong`, which counts as a try), was used before (`code_used`),
   * cannot be one (`code_malformed`), or when none is taken now (`code_locked`). The events are recorded in the transaction that the code is
   * given for: nothing is used up by a decision that does not come about, and of two decisions with one code the second is refused.
   */
  prove: (person: PersonId, code: Secret, given: GivenFor) => Promise<{ events: LedgerEvent[] }>;
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
