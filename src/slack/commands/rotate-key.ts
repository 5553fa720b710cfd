import { Refusal } from '../../errors.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { commandOf } from './contract.ts';
import { cancelVerb } from './rotate-key/cancel.ts';
import { showVerb, statusVerb } from './rotate-key/look.ts';
import { EMPTY_FORM, openRotateForm, rotateTyped } from './rotate-key/rotate.ts';
import { rotateWays } from './rotate-key/ways.ts';
import { whyVerb } from './rotate-key/why.ts';

const VERBS = [statusVerb, showVerb, whyVerb, cancelVerb];

/** `/rotate-key`: replaces a key, and tells of those under way. */
export const rotateKey = commandOf({
  command: '/rotate-key',
  description: 'Replace a key that expired, leaked or was misused',
  usageHint:
    '[key] [expired|suspected|leaked|exploited|planned] [because "reason"] · status · show KEY · why ID · cancel ID · help',
  verbs: VERBS,
  ways: rotateWays,
  alone: (moment, desk) => openRotateForm(EMPTY_FORM, moment, desk),
  otherwise: async (words, moment, desk) => {
    try {
      await rotateTyped(words, moment, desk);
      return true;
    } catch (error) {
      const isVerb =
        didYouMean(
          words[0]?.text ?? '',
          VERBS.map(({ verb }) => verb),
        ) !== null;
      if (error instanceof Refusal && error.code === 'unknown_key' && isVerb) return false;
      throw error;
    }
  },
});
