import { healthOf } from '../../domain/key.ts';
import { type KeyStats, keyStats } from '../../domain/key-stats.ts';
import type { CliCommand } from '../command.ts';
import { counted, say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

const DAY_MS = 24 * 3_600_000;
// More open rotations than this are not worth a figure of their own.
const MOST_OPEN = 10_000;

export const stats: CliCommand = (group) => {
  group
    .command('stats')
    .description('figures: keys, services, health, and how rotations ended')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys stats --json | jq .health')
    .action(({ json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const now = new Date();
        const ending = await read.currentExpiringBefore(new Date(now.getTime() + 7 * DAY_MS));
        const expired = ending.filter((key) => healthOf(key, now) === 'expired').length;
        const found = keyStats({
          counts: await read.keyCounts(),
          expired,
          expiring: ending.length - expired,
          ended: await read.rotationsEndedSince(new Date(now.getTime() - 30 * DAY_MS)),
          open: (await read.openRotations(MOST_OPEN)).length,
        });
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
