import { instantText } from '../../domain/instant.ts';
import type { Standing } from '../../engine/second-factor/standings.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

export const status: CliCommand = (group) => {
  group
    .command('status')
    .description('whether you have a code, how many recovery codes are left, and whether you are locked')
    .option('--all', 'of everybody in policy.yaml; for who may administer')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey second-factor status --all')
    .action(({ all, json }: { all?: boolean; json?: boolean }) =>
      withRekey(async ({ secondFactors, origin }) => {
        const found = await secondFactors.standings({ ...origin(), of: all ? 'everybody' : 'asker' });
        if (json) return sayJson(found.map(factsOf));
        say(table(['person', 'code since', 'recovery codes', 'locked until'], found.map(rowOf)));
      }),
    );
};

function factsOf({ person, since, recoveryCodesLeft, lockedUntil }: Standing) {
  return { person, since, recovery_codes_left: recoveryCodesLeft, locked_until: lockedUntil };
}

function rowOf({ person, since, recoveryCodesLeft, lockedUntil }: Standing): string[] {
  const left = since === null ? '-' : String(recoveryCodesLeft);
  return [
    person,
    since === null ? 'none' : instantText(since),
    left,
    lockedUntil === null ? '-' : instantText(lockedUntil),
  ];
}
