import { nameOf } from '../../domain/key.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { factsOf } from './facts.ts';

export const claimOwner: CliCommand = (group) => {
  group
    .command('claim-owner')
    .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
    .description('be the owner of a key: at once when you may change it; else its owner or escalation is asked')
    .option('--because <reason>', 'why; it stands in the history of the key')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys claim-owner payments-prod --because "my team runs it now"')
    .action((key: string, { because, json }: { because?: string; json?: boolean }) =>
      withRekey(async ({ keys, origin }) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        const claim = await keys.claimOwner({ ...origin(), key, reason });
        if (json) return sayJson({ outcome: claim.kind, ...factsOf(claim.key) });
        say(
          claim.kind === 'owned'
            ? `You are the owner of ${nameOf(claim.key)}.`
            : `${claim.told.join(', ')} ${claim.told.length === 1 ? 'was' : 'were'} asked to make you the owner of ${nameOf(claim.key)}.`,
        );
      }),
    );
};
