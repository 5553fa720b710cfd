import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { bold, line, plain, textInput } from '../blocks.ts';
import { choiceInput, menuInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';

export const CANCEL_RUN_FORM = 'cancel_run';
export const SKIP_STEP_FORM = 'skip_step';
export const RERUN_FORM = 'rerun_from';
export const TAKE_OVER_FORM = 'take_over';

/** Where the form was asked for, so that the answer goes there, and what it is about. */
export const RunFormMetadata = z.object({ channel: z.string().nullable(), run: z.string() });
export type RunFormMetadata = z.infer<typeof RunFormMetadata>;

interface RunForm extends RunFormMetadata {
  runbook: string;
  reason: string;
}

export function cancelRunModal(form: RunForm): ModalView {
  return formOf(CANCEL_RUN_FORM, form, {
    title: 'Cancel a run',
    submit: 'Cancel the run',
    blocks: [line('What can be taken back is taken back. After the point of no return the run only stops.')],
  });
}

export function skipStepModal(form: RunForm & { steps: readonly string[]; step: string | null }): ModalView {
  return formOf(SKIP_STEP_FORM, form, {
    title: 'Skip a step',
    submit: 'Skip it',
    blocks: [
      line('It is left out for good, under your name. Only steps are listed that no later one needs.'),
      stepInput('Which step?', form),
    ],
  });
}

export function rerunModal(form: RunForm & { steps: readonly string[]; step: string | null }): ModalView {
  return formOf(RERUN_FORM, form, {
    title: 'Do steps again',
    submit: 'Do it again',
    blocks: [
      line('The step that you choose and everything after it is taken back where that is possible, and done again.'),
      stepInput('From which step on?', form),
    ],
  });
}

/** More than one question waits: which one is taken over. */
export function takeOverModal(
  form: Omit<RunForm, 'reason'> & { asks: readonly { id: string; question: string }[] },
): ModalView {
  const { runbook, asks, ...about } = form;
  return {
    type: 'modal',
    callback_id: TAKE_OVER_FORM,
    private_metadata: metadataOf(about),
    title: plain('Take over', LIMITS.viewTitle),
    submit: plain('Take it over', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(cut(runbook, 80)), ` ${cut(about.run, 80)} waits for several answers.`),
      choiceInput(
        { id: 'ask', label: 'Which one do you take over?', optional: false },
        asks
          .slice(0, LIMITS.radioOptions)
          .map(({ id, question }) => ({ value: id, label: cut(oneLine(question), 75) })),
      ),
    ],
  };
}

interface Words {
  title: string;
  submit: string;
  blocks: ModalView['blocks'];
}

function formOf(callback: string, form: RunForm, { title, submit, blocks }: Words): ModalView {
  return {
    type: 'modal',
    callback_id: callback,
    private_metadata: metadataOf(form),
    title: plain(title, LIMITS.viewTitle),
    submit: plain(submit, LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(cut(form.runbook, 80)), ` ${cut(form.run, 80)}`),
      ...blocks,
      textInput({
        id: 'reason',
        label: 'Why?',
        hint: 'It stands beside your name in the audit and the summary. Never paste a key here.',
        value: form.reason,
        optional: false,
        multiline: true,
      }),
    ],
  };
}

function stepInput(label: string, { steps, step }: { steps: readonly string[]; step: string | null }) {
  const options = steps
    .filter((id) => id.length <= LIMITS.optionValue)
    .slice(0, LIMITS.options)
    .map((id) => ({ value: id, label: id }));
  return menuInput({ id: 'step', label, optional: false }, options, step);
}

/** The channel comes first, where the answer to a submission looks for it. */
function metadataOf({ channel, run }: RunFormMetadata): string {
  return JSON.stringify({ channel, run });
}
