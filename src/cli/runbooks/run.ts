import { runRunbook } from '../../engine/runbooks/run-runbook.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { collectInputs } from './inputs-option.ts';

interface Wanted {
  key?: string;
  input: Record<string, string>;
  because?: string;
  json?: boolean;
}

export const run: CliCommand = (group) => {
  group
    .command('run <id>')
    .description('start a runbook by hand; rotations and emergencies have verbs of their own')
    .option('--key <key>', 'the key that it is about: its name, its id or its fingerprint')
    .option('--input <name=value>', 'an input of the runbook; may be given several times', collectInputs, {})
    .option('--because <reason>', 'why; it stands in the audit and on what people are asked')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey runbooks run R-ROTATION-STUCK --key payments-prod --because "no progress for an hour"',
    )
    .action((id: string, { key = undefined, input, because, json }: Wanted) =>
      withRekey(async ({ deps, runbooks, origin }) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        const request = { ...origin(), runbook: id, key: key ?? null, inputs: input, reason };
        const begun = await runRunbook({ ...deps, runbooks }, request);
        if (json) sayJson(begun);
        else
          say(
            `${begun.run} has begun; a running \`rekey serve\` carries it on. Follow it: rekey runs show ${begun.run}`,
          );
      }),
    );
};
