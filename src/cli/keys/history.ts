import type { Rotation } from '../../domain/rotation.ts';
import { schedulerWord } from '../../domain/rotation.ts';
import { historyOf } from '../../engine/key-reports/history.ts';
import { findKey } from '../../engine/which-key.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { wholeNumberOf } from '../spans.ts';
import { withLedger } from '../with-ledger.ts';
import { factsOf, minuteOf } from './facts.ts';

const LAST_LINES = 50;

export const history: CliCommand = (group) => {
  group
    .command('history')
    .argument('<key>', 'its name, its id, or the public id inside it')
    .description('everything that happened to a key: versions, rotations, who asked, who agreed, and why')
    .option('--last <count>', 'how many lines of the audit', wholeNumberOf, LAST_LINES)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys history payments-prod')
    .action((name: string, { last, json }: { last: number; json?: boolean }) =>
      withLedger(async ({ read }) => {
        const { slug } = await findKey(read, name);
        const { versions, rotations, lines } = await historyOf(read, { slug, last });
        if (json)
          return sayJson({ versions: versions.map(factsOf), rotations: rotations.map(rotationFacts), history: lines });
        if (rotations.length > 0) say(`rotations, newest first (UTC)\n${rotationTable(rotations)}\n`);
        say('what happened, oldest first (UTC)');
        for (const { at, actor, sentence } of lines) say(`${minuteOf(at)}  ${actor}  ${sentence}`);
      }),
    );
};

export function rotationFacts(rotation: Rotation) {
  const { id, slug, key, replacement, run, mode, state, reason, requestedBy, graceMs, approvals, why } = rotation;
  const at = (instant: Date | null) => instant?.toISOString() ?? null;
  return {
    id,
    slug,
    key,
    replacement,
    run,
    mode,
    state,
    status: schedulerWord(state),
    reason,
    requested_by: requestedBy,
    grace_period_hours: graceMs / 3_600_000,
    approvals,
    created_at: at(rotation.createdAt),
    scheduled_at: at(rotation.scheduledAt),
    started_at: at(rotation.startedAt),
    grace_started_at: at(rotation.graceStartedAt),
    grace_ends_at: at(rotation.graceEndsAt),
    revoked_at: at(rotation.revokedAt),
    ended_at: at(rotation.endedAt),
    why,
  };
}

function rotationTable(rotations: readonly Rotation[]): string {
  const rows = rotations.map(({ id, mode, state, requestedBy, createdAt, endedAt, reason }) => [
    id,
    mode,
    state,
    requestedBy,
    minuteOf(createdAt),
    endedAt === null ? '-' : minuteOf(endedAt),
    reason,
  ]);
  return table(['rotation', 'mode', 'state', 'asked for by', 'at', 'ended', 'reason'], rows);
}
