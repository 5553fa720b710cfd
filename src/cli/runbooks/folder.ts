import { existsSync } from 'node:fs';
import { Refusal } from '../../errors.ts';
import { configHere } from '../config-here.ts';

/** The runbooks folder of this configuration; refused where there is none. */
export function folderHere(): string {
  const { runbooksDir } = configHere();
  if (existsSync(runbooksDir)) return runbooksDir;
  throw new Refusal(
    'no_runbooks_folder',
    `There is no runbooks folder ${runbooksDir}. Set REKEY_RUNBOOKS_DIR, or run the command where it is.`,
  );
}
