import type { KeyStats } from '../../domain/key-stats.ts';
import { statsNow } from '../../engine/key-reports/stats.ts';
import type { CliCommand } from '../command.ts';
import { counted, say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const stats: CliCommand = (group) => {
  group
    .command('stats')
    .description('figures: keys, services, health, and how rotations ended')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys stats --json | jq .health')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const found = await statsNow(read, new Date());
        if (json) sayJson(asJson(found));
        else say(describe(found));
      }),
    );
};

function asJson({
  keys,
  services,
  health,
  pending,
  suspended,
  byService,
  byEnvironment,
  byClass,
  rotations,
}: KeyStats) {
  return {
    schema: 'rekey.stats/1',
    keys,
    services,
    health,
    pending,
    suspended,
    by_service: byService,
    by_environment: byEnvironment,
    by_class: byClass,
    rotations: { open: rotations.open, last_30_days: rotations.last30Days },
  };
}

function describe({ keys, services, health, pending, suspended, byEnvironment, byClass, rotations }: KeyStats): string {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || '-';
  const { completed, ...others } = rotations.last30Days;
  const failed = Object.values(others).reduce((sum, count) => sum + count, 0);
  return [
    `keys          ${keys}, of ${counted(services, 'service')}`,
    `health        ${health.revoked} revoked, ${health.expired} expired, ${health.expiring} expiring, ${health.healthy} healthy`,
    `besides       ${pending} not handed over yet, ${suspended} suspended`,
    `environments  ${list(byEnvironment)}`,
    `classes       ${list(byClass)}`,
    `rotations     ${rotations.open} open; in 30 days ${completed} completed, ${failed} otherwise`,
  ].join('\n');
}
