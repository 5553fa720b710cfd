import { openRunbookSet } from '../../runbook/runbook-set.ts';
import { stepKinds } from '../../steps/index.ts';
import { configHere } from '../config-here.ts';
import { withLedger } from '../with-ledger.ts';
import type { RunSources } from './run-facts.ts';

/** For the commands that only look: a run is read with the text that it started with, whatever became of its file. */
export function withRuns(work: (sources: RunSources) => Promise<void>): Promise<void> {
  return withLedger(async (ledger) =>
    work({ ledger, runbooks: await openRunbookSet(configHere().runbooksDir, stepKinds) }),
  );
}
