import { Refusal } from '../../errors.ts';
import { assertNoOtherCommand } from '../commands/runbook/another-command.ts';
import { planned } from '../commands/runbook/plan.ts';
import type { FormAnswer } from '../moment.ts';
import { formOf, openRunbookForm } from '../open-runbook-form.ts';
import { startRunbook } from '../start-runbook.ts';
import {
  blockOfInput,
  PICK_RUNBOOK_FORM,
  RUNBOOK_FORM,
  RunbookFormMetadata,
  runbookForm,
} from '../views/runbook-form.ts';
import type { SlackAction, SlackForm } from './contract.ts';

export const planButton: SlackAction = {
  action: 'runbook_plan',
  press: (runbook, moment, desk) => planned({ runbook, key: null, inputs: {} }, moment, desk),
};

export const runButton: SlackAction = {
  action: 'runbook_run',
  press: async (runbook, moment, desk) => {
    assertNoOtherCommand({ runbook, key: null, inputs: {}, reason: '' });
    await openRunbookForm({ runbook, key: null, inputs: {}, reason: '', hint: null }, moment, desk);
  },
};

const NOTHING = { key: null, inputs: {}, reason: '', hint: null };

export const pickForm: SlackForm = {
  form: PICK_RUNBOOK_FORM,
  submit: async ({ metadata, values: { runbook = '' } }, _moment, desk) => {
    if (runbook === '') return { kind: 'errors', errors: { runbook: 'Choose a runbook.' } };
    const { channel, thread, reason } = RunbookFormMetadata.parse(JSON.parse(metadata));
    const view = runbookForm(formOf({ ...NOTHING, runbook, reason }, { channel, thread, runbook }, desk));
    return { kind: 'show', view, say: `Type: /runbook run ${runbook}` };
  },
};

export const runForm: SlackForm = {
  form: RUNBOOK_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const { channel, thread, runbook } = RunbookFormMetadata.parse(JSON.parse(metadata));
    const inputs = inputsIn(values, Object.keys(desk.shelf.named(runbook).inputs));
    const asked = { runbook, key: null, inputs, reason: values.reason ?? '' };
    return started(() => startRunbook(asked, moment, desk, { channel, thread }));
  },
};

/** What was left empty is left out, so that what the runbook has for it counts. */
function inputsIn(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values[blockOfInput(name)] ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
}

async function started(work: () => Promise<void>): Promise<FormAnswer> {
  try {
    await work();
    return { kind: 'close' };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const field = fieldOf(error);
    if (field === null) throw error;
    return { kind: 'errors', errors: { [field]: error.message } };
  }
}

/** A refused value names its input; what can be mended in the form is said beside it. */
function fieldOf({ code, message }: Refusal): string | null {
  if (code === 'reason_needed' || code === 'secret_in_text') return 'reason';
  if (code !== 'bad_inputs') return null;
  const [, name] = /`([a-z][a-z0-9_]*)`: expected/.exec(message) ?? [];
  return name === undefined ? null : blockOfInput(name);
}
