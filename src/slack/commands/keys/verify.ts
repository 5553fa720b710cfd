import { Refusal } from '../../../errors.ts';
import type { Verb } from '../contract.ts';

/** Here to say why it is not here; no help lists it. */
export const verifyVerb: Verb = {
  verb: 'verify',
  example: 'why payments-prod',
  help: 'never in Slack',
  offered: async () => false,
  run: async () => {
    throw new Refusal(
      'never_in_slack',
      'A key is never verified in Slack: for that it would have to be pasted here, and then Slack has it. On a terminal: rekey keys verify. Why a key is rejected you can ask by its name: /rotate-key why payments-prod',
    );
  },
};
