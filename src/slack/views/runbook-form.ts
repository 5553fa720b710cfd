import type { InputBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { InputSpec } from '../../runbook/schema.ts';
import { bold, line, plain, textInput } from '../blocks.ts';
import { choiceInput, keyInput, menuInput, wholeNumberInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';

export const RUNBOOK_FORM = 'run_runbook';
export const PICK_RUNBOOK_FORM = 'pick_runbook';
export const RUN_KEY = 'run_key';

/** Where it was asked for: the answer and the run's message go there. The channel comes first, where the answer looks for it. */
export const RunbookFormMetadata = z.object({
  channel: z.string().nullable(),
  thread: z.string().nullable(),
  runbook: z.string(),
  /** Said before anybody chose a runbook. */
  reason: z.string().default(''),
});
export type RunbookFormMetadata = z.infer<typeof RunbookFormMetadata>;

type Place = Omit<RunbookFormMetadata, 'reason'>;

export interface RunbookForm extends Place {
  title: string;
  inputs: Readonly<Record<string, InputSpec>>;
  /** What is filled in, by input; a key by its name. */
  given: Readonly<Record<string, string>>;
  reason: string;
  /** Why the form is there, when something was typed that does not say enough. */
  hint: string | null;
}

/** The inputs of a runbook as a form, each as the field that fits it; the engine checks everything again. */
export function runbookForm(form: RunbookForm): ModalView {
  const { channel, thread, runbook, title, inputs, given, reason, hint } = form;
  return {
    type: 'modal',
    callback_id: RUNBOOK_FORM,
    private_metadata: JSON.stringify({ channel, thread, runbook } satisfies Place),
    title: plain('Start a runbook', LIMITS.viewTitle),
    submit: plain('Start', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(`${cut(runbook, 80)} `), cut(oneLine(title), 300)),
      ...(hint === null ? [] : [line(cut(hint, 600))]),
      ...Object.entries(inputs).map(([name, spec]) => inputOf(name, spec, given[name] ?? null)),
      textInput({
        id: 'reason',
        label: 'Why?',
        hint: 'It stands beside your name in the audit and the summary. Never paste a key here.',
        value: reason,
        optional: false,
        multiline: true,
      }),
    ],
  };
}

export function blockOfInput(name: string): string {
  return `input-${name}`;
}

function inputOf(name: string, spec: InputSpec, given: string | null): InputBlock {
  const id = blockOfInput(name);
  const label = oneLine(name.replaceAll('_', ' '));
  const field = { id, label, hint: spec.description ?? null, optional: false };
  switch (spec.type) {
    case 'key':
      return keyInput(
        { ...field, hint: field.hint ?? 'Type a part of its name, its service or its owner.' },
        { menu: RUN_KEY, chosen: given },
      );
    case 'text': {
      const value = given ?? spec.default;
      const hint = spec.description === undefined ? {} : { hint: spec.description };
      // Left empty it is empty, and not what would stand there without anybody.
      return textInput({ id, label, ...hint, ...(value !== undefined && { value }), optional: value === '' });
    }
    case 'int':
      return wholeNumberInput(field, {
        min: spec.min ?? null,
        max: spec.max ?? null,
        value: given ?? textOf(spec.default),
      });
    case 'enum':
      return menuInput(
        field,
        spec.values.map((value) => ({ value, label: value })),
        given ?? spec.default ?? null,
      );
    case 'bool':
      return choiceInput(field, YES_NO, wordOf(given ?? textOf(spec.default)));
    default:
      return spec satisfies never;
  }
}

const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

function wordOf(given: string | null): string | null {
  return given === 'true' ? 'yes' : given === 'false' ? 'no' : given;
}

function textOf(value: number | boolean | undefined): string | null {
  return value === undefined ? null : String(value);
}

// Slack takes 3 000 characters of what a form brings back; quotes and line breaks in it take two each.
const LONGEST_KEPT = 400;

/** Which runbook, when nobody has said yet. */
export function pickRunbookForm(
  form: Omit<RunbookFormMetadata, 'runbook'> & { runbooks: readonly { id: string; title: string }[] },
): ModalView {
  const { channel, thread, reason, runbooks } = form;
  const kept = cut(reason, LONGEST_KEPT);
  const options = runbooks
    .filter(({ id }) => id.length <= LIMITS.optionValue)
    .slice(0, LIMITS.options)
    .map(({ id, title }) => ({ value: id, label: `${id} ${oneLine(title)}` }));
  return {
    type: 'modal',
    callback_id: PICK_RUNBOOK_FORM,
    private_metadata: JSON.stringify({ channel, thread, runbook: '', reason: kept } satisfies RunbookFormMetadata),
    title: plain('Start a runbook', LIMITS.viewTitle),
    submit: plain('Next', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line('Emergencies and rotations are started with /rotate-key.'),
      menuInput({ id: 'runbook', label: 'Which runbook?', optional: false }, options),
    ],
  };
}
