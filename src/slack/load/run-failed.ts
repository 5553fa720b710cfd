import { RunId } from '../../domain/ids.ts';
import { errorOf } from '../../domain/run.ts';
import type { Sources } from '../deps.ts';
import type { FailedRun } from '../views/run-failed.ts';
import { keyName } from './names.ts';

export async function loadFailedRun({ ledger }: Sources, subject: string): Promise<FailedRun | null> {
  const run = await ledger.run(RunId.parse(subject));
  if (run === null) return null;
  const steps = Object.values(run.steps).sort((a, b) => a.ordinal - b.ordinal);
  return {
    id: run.id,
    runbook: run.runbook.id,
    key: await keyName(ledger, run.key),
    failures: steps.flatMap((step) => {
      const error = errorOf(step);
      return error === null ? [] : [{ step: step.step, error }];
    }),
    left: steps.flatMap(({ step, undoError }) => (undoError === null ? [] : [{ step, error: undoError }])),
    undone: steps.flatMap((step) => (step.state === 'undone' ? [step.step] : [])),
  };
}
