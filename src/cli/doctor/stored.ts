import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { lintRunbooks } from '../../runbook/lint.ts';
import { describeProblem } from '../../runbook/problem.ts';
import { yamlFilesIn } from '../../runbook/read-file.ts';
import { stepKinds } from '../../steps/index.ts';
import { counted } from '../print.ts';
import { type Check, look, ok, problem, skipped } from './check.ts';

/** Opens the ledger, which checks its file, and recomputes the chain of its audit. */
export function ledgerCheck({ ledgerFile }: Config): Promise<Check> {
  return look('ledger', async () => {
    if (!existsSync(ledgerFile)) return skipped(`${ledgerFile} is not there yet; \`rekey serve\` makes it`);
    const ledger = await openLedger({ file: ledgerFile, now: () => new Date() });
    try {
      const verdict = await ledger.verifyAudit();
      if (verdict.whole) return ok(`sound; all ${counted(verdict.entries, 'audit line')} follow from each other`);
      const todo = `Stop Rekey and keep the file: ${verdict.why}. Compare it with the last backup; somebody changed it past Rekey.`;
      return problem(`the audit is not whole after line ${verdict.entries}`, [todo]);
    } finally {
      await ledger.close();
    }
  });
}

/** Everything that `rekey runbooks lint` says: runbooks, policy and key classes. */
export function runbooksCheck({ runbooksDir }: Config): Promise<Check> {
  return look('runbooks and policy', async () => {
    if (!existsSync(runbooksDir))
      return problem(`there is no folder ${runbooksDir}`, ['Set REKEY_RUNBOOKS_DIR, or run this where the folder is.']);
    const problems = await lintRunbooks(runbooksDir, stepKinds, new Date());
    if (problems.length > 0) return problem(counted(problems.length, 'problem'), problems.map(describeProblem));
    return ok(`${counted((await yamlFilesIn(runbooksDir)).length, 'file')} in ${runbooksDir}, lint has nothing to say`);
  });
}
