import { RunId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { cancelRun, rerunFrom, skipStep } from '../control-run.ts';
import type { FormAnswer } from '../moment.ts';
import { CANCEL_RUN_FORM, RERUN_FORM, RunFormMetadata, SKIP_STEP_FORM } from '../views/run-forms.ts';
import type { SlackForm } from './contract.ts';

export const cancelRunForm: SlackForm = {
  form: CANCEL_RUN_FORM,
  submit: ({ metadata, values: { reason = '' } }, moment, desk) =>
    beside(async () => {
      await cancelRun({ run: runIn(metadata), reason }, moment, desk);
    }),
};

export const skipStepForm: SlackForm = {
  form: SKIP_STEP_FORM,
  submit: ({ metadata, values: { step = '', reason = '' } }, moment, desk) =>
    beside(async () => {
      await skipStep({ run: runIn(metadata), step, reason }, moment, desk);
    }),
};

export const rerunForm: SlackForm = {
  form: RERUN_FORM,
  submit: ({ metadata, values: { step = '', reason = '' } }, moment, desk) =>
    beside(async () => {
      await rerunFrom({ run: runIn(metadata), step, reason }, moment, desk);
    }),
};

export function runIn(metadata: string): RunId {
  return RunId.parse(RunFormMetadata.parse(JSON.parse(metadata)).run);
}

// What can be mended in the modal is said beside its field.
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['reason_needed', 'reason'],
  ['secret_in_text', 'reason'],
  ['unknown_step', 'step'],
  ['never_skipped', 'step'],
  ['step_needed', 'step'],
  ['step_over', 'step'],
  ['taken_back', 'step'],
]);

async function beside(work: () => Promise<void>): Promise<FormAnswer> {
  try {
    await work();
    return { kind: 'close' };
  } catch (error) {
    const field = error instanceof Refusal ? FIELDS.get(error.code) : undefined;
    if (!(error instanceof Refusal) || field === undefined) throw error;
    return { kind: 'errors', errors: { [field]: error.message } };
  }
}
