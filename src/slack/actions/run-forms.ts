import { RunId } from '../../domain/ids.ts';
import { cancelRun, rerunFrom, skipStep } from '../control-run.ts';
import { CANCEL_RUN_FORM, RERUN_FORM, RunFormMetadata, SKIP_STEP_FORM } from '../views/run-forms.ts';
import { beside } from './beside.ts';
import type { SlackForm } from './contract.ts';

export const cancelRunForm: SlackForm = {
  form: CANCEL_RUN_FORM,
  submit: ({ metadata, values: { reason = '' } }, moment, desk) =>
    beside(FIELDS, async () => {
      await cancelRun({ run: runIn(metadata), reason }, moment, desk);
    }),
};

export const skipStepForm: SlackForm = {
  form: SKIP_STEP_FORM,
  submit: ({ metadata, values: { step = '', reason = '' } }, moment, desk) =>
    beside(FIELDS, async () => {
      await skipStep({ run: runIn(metadata), step, reason }, moment, desk);
    }),
};

export const rerunForm: SlackForm = {
  form: RERUN_FORM,
  submit: ({ metadata, values: { step = '', reason = '' } }, moment, desk) =>
    beside(FIELDS, async () => {
      await rerunFrom({ run: runIn(metadata), step, reason }, moment, desk);
    }),
};

export function runIn(metadata: string): RunId {
  return RunId.parse(RunFormMetadata.parse(JSON.parse(metadata)).run);
}

const FIELDS = {
  reason_needed: 'reason',
  secret_in_text: 'reason',
  unknown_step: 'step',
  never_skipped: 'step',
  step_needed: 'step',
  step_over: 'step',
  taken_back: 'step',
};
