import { nameOf } from '../../domain/key.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { spanMsOf } from '../spans.ts';
import { withRekey } from '../with-rekey.ts';
import { factsOf, minuteOf } from './facts.ts';

const HOUR_MS = 3_600_000;

export const extend: CliCommand = (group) => {
  group
    .command('extend')
    .argument('<key>', 'the key whose old version is in grace')
    .description('give callers of the old key more time: once, at most half of the grace')
    .requiredOption('--hours <span>', 'how much longer: 12h, or a number of hours', hoursOf)
    .option('--because <reason>', 'why; it stands in the history of the key')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey keys extend payments-prod --hours 12 --because "billing deploys tonight"',
    )
    .action((key: string, { hours, because, json }: { hours: number; because?: string; json?: boolean }) =>
      withRekey(async ({ rotations, origin }) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        const after = await rotations.extendGrace({ ...origin(), key, hours, reason });
        if (json) return sayJson(factsOf(after));
        const until = after.graceEndsAt === null ? '' : ` until ${minuteOf(after.graceEndsAt)} UTC`;
        return say(`${nameOf(after)} is accepted${until}. It cannot be extended again.`);
      }),
    );
};

function hoursOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : spanMsOf(text) / HOUR_MS;
}
