import { Refusal } from '../../../errors.ts';
import { missingInputs } from '../../../runbook/inputs.ts';
import { openRunbookForm } from '../../open-runbook-form.ts';
import { startRunbook } from '../../start-runbook.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, splitInputs, splitReason } from '../words.ts';
import { assertNoOtherCommand } from './another-command.ts';
import { runbookId } from './named.ts';

const EXAMPLE = '/runbook run R-CONTROLLED payments-prod because "a new quarter"';

export const run: Verb = {
  verb: 'run',
  also: ['start'],
  example: 'run R-REKEY-CONTROLLED payments-prod because "a new quarter"',
  help: 'start a runbook; what is missing is asked in a form',
  offered: mayWithSomeKey('run'),
  run: async (typed, moment, desk) => {
    const asked = askedIn(typed);
    if (asked.runbook === null) return openRunbookForm({ ...asked, hint: null }, moment, desk);
    assertNoOtherCommand({ ...asked, runbook: asked.runbook });
    const { inputs } = desk.shelf.named(asked.runbook);
    const missing = missingInputs(inputs, { ...asked.inputs, ...(asked.key !== null && keyIn(inputs, asked.key)) });
    if (missing.length > 0 || asked.reason === '')
      return openRunbookForm({ ...asked, hint: hintOf(missing, asked.reason) }, moment, desk);
    try {
      await startRunbook({ ...asked, runbook: asked.runbook }, moment, desk);
    } catch (error) {
      // What can be mended is shown beside the fields where it stands; nothing has begun.
      if (!(error instanceof Refusal) || !MENDABLE.includes(error.code)) throw error;
      await openRunbookForm({ ...asked, hint: error.message }, moment, desk);
    }
  },
};

const MENDABLE: readonly string[] = ['bad_inputs', 'unknown_key'];

function askedIn(typed: readonly Token[]) {
  const { words, reason } = splitReason(typed, EXAMPLE);
  const { words: rest, inputs } = splitInputs(words, EXAMPLE);
  const [id, key, ...more] = rest;
  assertNoMore(more, EXAMPLE);
  return {
    runbook: id === undefined ? null : runbookId(id, EXAMPLE),
    key: key?.text ?? null,
    inputs: Object.fromEntries(inputs),
    reason,
  };
}

function keyIn(inputs: Readonly<Record<string, { type: string }>>, key: string): Record<string, string> {
  const names = Object.entries(inputs).flatMap(([name, { type }]) => (type === 'key' ? [name] : []));
  const main = names.includes('key') ? 'key' : names[0];
  return main === undefined ? {} : { [main]: key };
}

function hintOf(missing: readonly string[], reason: string): string | null {
  const wanted = [...missing, ...(reason === '' ? ['a reason'] : [])];
  return `Still needed: ${wanted.join(', ')}.`;
}
