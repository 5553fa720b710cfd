import { RunId } from '../../domain/ids.ts';
import type { Run } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { didYouMean } from '../../runbook/suggest.ts';

const KNOWN = 200;

/** The run of this id, or a refusal that names the one that was probably meant. */
export async function runNamed(read: LedgerReader, name: string): Promise<Run> {
  const run = await read.run(RunId.parse(name));
  if (run !== null) return run;
  const ids = await read.newestRuns({ open: false, limit: KNOWN });
  const meant = didYouMean(name, ids);
  throw new Refusal(
    'unknown_run',
    `There is no run ${name}; ${meant === null ? '`rekey runs list --all` shows them.' : `did you mean ${meant}?`}`,
  );
}
