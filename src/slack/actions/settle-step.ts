import { RunId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { say } from '../views/say.ts';
import { SETTLE_FORM, settleModal } from '../views/settle-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** Opens what is known of a step that a crash or a failure left open, for whoever may say whether it happened. */
export const settleButton: SlackAction = {
  action: 'settle',
  press: async (doubt, moment, desk) => {
    const { run, step } = named(doubt);
    const known = await desk.engine.doubt(run, step, { person: moment.person, doubt });
    await openOrAskAgain(settleModal(known, doubt), moment, 'Say what happened');
  },
};

export const settleForm: SlackForm = {
  form: SETTLE_FORM,
  submit: async ({ metadata: doubt, values }, moment, desk) => {
    const { run, step } = named(doubt);
    const { happened, reason = '' } = values;
    if (happened !== 'yes' && happened !== 'no')
      return { kind: 'errors', errors: { happened: 'Choose what you saw.' } };
    try {
      await desk.engine.settle(run, step, { ...moment.origin, happened: happened === 'yes', reason, doubt });
    } catch (error) {
      const field = error instanceof Refusal ? FIELDS.get(error.code) : undefined;
      if (!(error instanceof Refusal) || field === undefined) throw error;
      return { kind: 'errors', errors: { [field]: error.message } };
    }
    await moment.show(say(`Recorded: ${step} ${happened === 'yes' ? 'happened' : 'did not happen'}.`));
    return { kind: 'close' };
  },
};

// What can be mended in the modal is said beside its field.
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['reason_needed', 'reason'],
  ['secret_in_text', 'reason'],
  ['cannot_adopt', 'happened'],
]);

function named(doubt: string): { run: RunId; step: string } {
  const [, run, step] = /^([^.]+)\.(.+)\.\d+\.\d+$/.exec(doubt) ?? [];
  if (run === undefined || step === undefined)
    throw new Refusal(
      'unknown_button',
      'This button belongs to nothing that Rekey knows. Look at the newest message of the run.',
    );
  return { run: RunId.parse(run), step };
}
