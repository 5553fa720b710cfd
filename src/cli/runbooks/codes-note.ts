import { accessSync, constants } from 'node:fs';
import { codesMissing } from '../../domain/approval/codes-missing.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import { configHere } from '../config-here.ts';
import { adviceFor, enrolledIn } from '../doctor/second-factors.ts';

/**
 * What lint says of codes, one line a rule. It is a note and no problem of the files: they are right, and where no ledger is at hand, as in a
 * continuous integration, nobody can know.
 */
export async function codesNote(): Promise<string[]> {
  const { ledgerFile, runbooksDir } = configHere();
  try {
    accessSync(ledgerFile, constants.R_OK | constants.W_OK);
  } catch {
    return [];
  }
  const { policy } = await loadPolicy(runbooksDir).catch(() => ({ policy: null }));
  if (policy === null) return [];
  // Looked at only where something depends on it: opening a ledger takes longer than reading the files.
  if (codesMissing(policy, new Set()).length === 0) return [];
  return codesMissing(policy, await enrolledIn(ledgerFile)).map((missing) => `policy.yaml  ${adviceFor(missing)}`);
}
