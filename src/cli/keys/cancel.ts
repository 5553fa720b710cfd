import { confirmed, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { rotationFacts } from './history.ts';
import { rotationOrRefuse } from './rotation.ts';
import { carryOn } from './tell-rotation.ts';

interface Wanted {
  because?: string;
  yes?: boolean;
  json?: boolean;
}

export const cancel: CliCommand = (group) => {
  group
    .command('cancel')
    .argument('<key>', 'the key, or the id of a rotation (rot-…)')
    .description('take a rotation back, before its old key is revoked')
    .option('--because <reason>', 'why; it stands in the history of the key')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys cancel payments-prod --because "the caller cannot deploy today"')
    .action((name: string, wanted: Wanted) =>
      withRekey(async (rekey) => {
        const found = await rotationOrRefuse(rekey.deps.ledger.read, name);
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        await confirmed(`Take ${found.id} of ${found.slug} back?`, wanted);
        const after = await rekey.rotations.cancel(found.id, { ...rekey.origin(), reason });
        if (after.run !== null && after.endedAt === null) return carryOn(rekey, after, wanted);
        if (wanted.json) return sayJson(rotationFacts(after));
        return say(`${after.id} is ${after.state}.`);
      }),
    );
};
