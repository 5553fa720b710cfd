import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { type CodesMissing, codesMissing } from '../../domain/approval/codes-missing.ts';
import { termsOf } from '../../domain/policy/approval-rule.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import { counted } from '../print.ts';
import { type Check, look, ok, problem, skipped } from './check.ts';

/** Whether those who decide by rules of tier 3 have a code: a rule that nobody can use is found now and not in an incident. */
export function secondFactorsCheck(config: Config): Promise<Check> {
  return look('second factors', async () => {
    const { policy } = await loadPolicy(config.runbooksDir).catch(() => ({ policy: null }));
    if (policy === null) return skipped('the policy cannot be read, so nobody decides anything');
    const rules = Object.values(policy.rules).filter((rule) => termsOf(rule).tier === 3);
    if (rules.length === 0) return ok('no rule of policy.yaml is of tier 3, so nobody needs a code');
    const enrolled = await enrolledIn(config.ledgerFile);
    const missing = codesMissing(policy, enrolled);
    const found = `people with a code: ${enrolled.size}; ${counted(rules.length, 'rule')} of tier 3`;
    if (missing.length === 0) return ok(found);
    return problem(found, missing.map(adviceFor));
  });
}

/** In one sentence, for the doctor and for lint. */
export function adviceFor({ rule, without, blocked }: CodesMissing): string {
  const what = blocked ? `${rule}: too few have a code, so nobody can decide by it` : `${rule}: some have no code`;
  const who = without.length === 0 ? '' : ` (${without.join(', ')})`;
  const how = `rekey second-factor invite ${without[0] ?? '<person>'}`;
  return `${what}${who}. Each types rekey second-factor enrol, or gets a link: ${how}`;
}

/** Everybody whose codes count; nobody where there is no ledger yet. */
export async function enrolledIn(ledgerFile: string): Promise<Set<string>> {
  if (!existsSync(ledgerFile)) return new Set();
  const ledger = await openLedger({ file: ledgerFile, now: () => new Date() });
  try {
    return new Set((await ledger.read.secondFactors()).map(({ person }) => person));
  } finally {
    await ledger.close();
  }
}
