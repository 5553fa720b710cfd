import { errorOf, type Run } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { StepContext } from './contract.ts';

/** Which runbook a step starts, and the text that this has to be. */
export interface Started {
  runbook: string;
  hash?: string | undefined;
}

/** Before each start: a list of runs goes on for hours, and the file may change meanwhile. */
export function assertPinned({ runbook, hash }: Started, { fileHash }: Pick<StepContext, 'fileHash'>): void {
  const loaded = fileHash(runbook);
  if (hash === undefined || loaded === null || loaded === hash) return;
  throw new PermanentFailure(
    `${runbook} was to have the text ${hash}, and the one that is loaded now is ${loaded}. Read what changed, then write that hash or take \`hash\` out.`,
  );
}

/** `R-ROTATE (run-1) failed at mint: no.` */
export function endText(run: Run): string {
  return `${run.runbook.id} (${run.id}) ${run.outcome}${firstFailure(run)}.`;
}

function firstFailure(run: Run): string {
  for (const record of Object.values(run.steps)) {
    const error = errorOf(record);
    if (error !== null) return ` at ${record.step}: ${error.replace(/\.$/, '')}`;
  }
  return '';
}
