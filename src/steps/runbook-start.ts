import { z } from 'zod';
import { errorOf, type Run } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep } from './contract.ts';
import { runbookId, runbookInputs } from './fields.ts';

/** Starts another runbook for the same incident and goes on when it has succeeded. */
export const runbookStart = defineStep({
  uses: 'runbook.start',
  summary: 'Runs another runbook and waits until it has ended.',
  with: z.strictObject({
    runbook: runbookId.describe('Which runbook.'),
    inputs: runbookInputs.describe('Its inputs.'),
  }),
  outputs: z.strictObject({ run: z.string(), outcome: z.enum(['succeeded']) }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'The run that was started takes its own steps back.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  perform: async (input, context) => {
    const run = await context.childRun(input.runbook, input.inputs);
    return {
      kind: 'wait',
      waiting: { kind: 'run', id: run.id, until: null },
      events: [{ type: 'run_started', run }],
    };
  },
  resume: async (_input, { waiting, ledger }) => {
    const run = waiting.kind === 'run' ? await ledger.run(waiting.id) : null;
    if (run === null) throw new PermanentFailure('The run that this step waited for is not in the ledger.');
    if (run.outcome === null) return { kind: 'wait', waiting, events: [] };
    if (run.outcome === 'succeeded')
      return { kind: 'done', outputs: { run: run.id, outcome: run.outcome }, events: [] };
    return { kind: 'failed', error: `${run.runbook.id} (${run.id}) ${run.outcome}${firstFailure(run)}.`, events: [] };
  },
});

function firstFailure(run: Run): string {
  for (const record of Object.values(run.steps)) {
    const error = errorOf(record);
    if (error !== null) return ` at ${record.step}: ${error.replace(/\.$/, '')}`;
  }
  return '';
}
