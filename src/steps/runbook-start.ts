import { z } from 'zod';
import type { Waiting } from '../domain/run.ts';
import { PermanentFailure, Refusal, sentenceOf } from '../errors.ts';
import { defineStep, type Forecast, type ForecastContext, type StepContext, type StepResult } from './contract.ts';
import { runbookHash, runbookId, runbookInputs } from './fields.ts';
import { foreseen } from './forecast.ts';
import { runToJoin } from './join-run.ts';
import { beginEach, countEach } from './start-each.ts';
import { assertPinned, endText } from './started-run.ts';

const With = z.strictObject({
  runbook: runbookId.describe('Which runbook.'),
  hash: runbookHash
    .optional()
    .describe('SHA-256 of the text that it has to be; while another one is loaded, nothing starts.'),
  inputs: runbookInputs.describe(`Its inputs; with \`each\`, \`\${item}\` and \`\${item.slug}\` stand for the item.`),
});

const Item = z.strictObject({
  name: z.string(),
  run: z.string().nullable(),
  outcome: z.enum(['succeeded', 'failed', 'cancelled']),
});

/**
 * Starts another runbook, for the same incident, and goes on when it has succeeded; with `each`, once for each item of a list. A run of that
 * runbook that has the key in its hands already and does as much is waited for instead.
 */
export const runbookStart = defineStep({
  uses: 'runbook.start',
  summary: 'Runs another runbook and waits until it has ended; with `each`, one run for each item of a list.',
  with: With,
  outputs: z.strictObject({ run: z.string(), outcome: z.enum(['succeeded']) }),
  each: { outputs: z.strictObject({ succeeded: z.int(), failed: z.int(), items: z.array(Item) }) },
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'The run that was started takes its own steps back.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  forecast: async (input, context) => startForecast(input, context),
  perform: async (input, context) => {
    assertPinned(input, context);
    return context.each === null ? startOne(input, context) : beginEach(input, { ...context, each: context.each });
  },
  resume: async (input, context) =>
    context.each === null ? endOne(context) : countEach(input, { ...context, each: context.each }),
});

async function startForecast(
  { runbook, hash, inputs }: Partial<z.output<typeof With>>,
  context: ForecastContext,
): Promise<Forecast> {
  if (runbook === undefined) return foreseen({ calls: ['start another runbook'] });
  if (hash !== undefined) assertPinned({ runbook, hash }, context);
  if (context.each === null) {
    const run = inputs === undefined ? null : await context.childRun(runbook, inputs);
    return foreseen({ calls: [`start ${runbook} and wait for it`], ...(run !== null && { runs: [run] }) });
  }
  const items = context.each.items();
  const runs = [];
  const problems = [];
  for (const [index, item] of items.entries())
    try {
      runs.push(await context.childRun(runbook, item.inputs, { index, name: item.name }));
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof PermanentFailure)) throw error;
      problems.push(`${item.name}: ${sentenceOf(error)}`);
    }
  return foreseen({ calls: [`start ${runbook} for ${items.length} items`], runs, problems });
}

async function startOne(input: z.output<typeof With>, context: StepContext): Promise<StepResult> {
  const run = await context.childRun(input.runbook, input.inputs);
  const open = await runToJoin(context, run);
  return {
    kind: 'wait',
    waiting: { kind: 'run', id: open ?? run.id, until: null },
    events: open === null ? [{ type: 'run_started', run }] : [],
  };
}

async function endOne({ waiting, ledger }: StepContext & { waiting: Waiting }): Promise<StepResult> {
  const run = waiting.kind === 'run' ? await ledger.run(waiting.id) : null;
  if (run === null) throw new PermanentFailure('The run that this step waited for is not in the ledger.');
  if (run.outcome === null) return { kind: 'wait', waiting, events: [] };
  if (run.outcome === 'succeeded') return { kind: 'done', outputs: { run: run.id, outcome: run.outcome }, events: [] };
  return { kind: 'failed', error: endText(run), events: [] };
}
