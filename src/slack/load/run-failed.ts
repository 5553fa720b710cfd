import { RunId } from '../../domain/ids.ts';
import { errorOf } from '../../domain/run.ts';
import type { Sources } from '../deps.ts';
import type { FailedRun } from '../views/run-failed.ts';
import { keyName } from './names.ts';
import { planOrNull, possibleOn } from './run.ts';

export async function loadFailedRun(sources: Sources, subject: string): Promise<FailedRun | null> {
  const { ledger } = sources;
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
    goesOn: run.outcome === 'failed' ? null : (run.outcome ?? 'running'),
    possible: possibleOn(sources, { run, plan: planOrNull(sources, run) }),
    undone: steps.flatMap((step) => (step.state === 'undone' ? [step.step] : [])),
  };
}
