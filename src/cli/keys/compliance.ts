import { type Compliance, complianceCsv, type MaxAgeOf } from '../../domain/compliance.ts';
import { nameOf } from '../../domain/key.ts';
import { complianceNow } from '../../engine/key-reports/compliance.ts';
import { loadKeyClasses } from '../../runbook/policy-file.ts';
import type { CliCommand } from '../command.ts';
import { configHere } from '../config-here.ts';
import { say, sayJson, table } from '../print.ts';
import { spanMsOf } from '../spans.ts';
import { withLedger } from '../with-ledger.ts';
import { rowOf } from './facts.ts';

interface Wanted {
  maxAge?: number;
  csv?: boolean;
  json?: boolean;
}

const DAY_MS = 24 * 3_600_000;

export const compliance: CliCommand = (group) => {
  group
    .command('compliance')
    .description(
      'how many keys are younger than their class allows, and which are not, oldest first; exit 1 when one is',
    )
    .option('--max-age <span>', 'one age for every class instead of those of key-classes.yaml: 90d', spanMsOf)
    .option('--csv', 'print every key with its age as CSV, for an auditor')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys compliance --csv > compliance.csv')
    .action((wanted: Wanted) =>
      withLedger(async ({ read }) => {
        const maxAgeOf = await maxAgesHere(wanted);
        const now = new Date();
        if (wanted.csv) process.stdout.write(complianceCsv(await read.keys(), { maxAgeOf, now }));
        const found = await complianceNow(read, { maxAgeOf, now });
        if (wanted.json) sayJson(asJson(found));
        else if (!wanted.csv) say(describe(found));
        process.exitCode = found.overdue.length === 0 ? 0 : 1;
      }),
    );
};

async function maxAgesHere({ maxAge }: Wanted): Promise<MaxAgeOf> {
  const { classes } = (await loadKeyClasses(configHere().runbooksDir)).keyClasses;
  return (keyClass) => {
    // It lives for hours: the rule about age is not for it.
    if (keyClass === 'ephemeral') return null;
    return maxAge === undefined ? classes[keyClass].max_age_days : Math.floor(maxAge / DAY_MS);
  };
}

function asJson({ at, judged, compliant, percentage, exempt, overdue }: Compliance) {
  return {
    schema: 'rekey.compliance/1',
    at: at.toISOString(),
    judged,
    compliant,
    percentage,
    exempt,
    overdue: overdue.map(({ key, ageDays, maxAgeDays }) => ({
      ...rowOf(key),
      age_days: ageDays,
      max_age_days: maxAgeDays,
    })),
  };
}

function describe({ judged, compliant, percentage, exempt, overdue }: Compliance): string {
  const head = `${percentage} %: ${compliant} of ${judged} keys in use are younger than their class allows${exempt === 0 ? '.' : `; ${exempt} more are exempt.`}`;
  if (overdue.length === 0) return head;
  const rows = overdue.map(({ key, ageDays, maxAgeDays }) => [
    nameOf(key),
    `${ageDays} d`,
    `${maxAgeDays} d`,
    key.class,
    key.service,
    key.environment,
    key.owner ?? 'no owner',
  ]);
  return `${head}\n\n${table(['too old', 'age', 'allowed', 'class', 'service', 'environment', 'owner'], rows)}`;
}
