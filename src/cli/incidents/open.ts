import { Option } from 'commander';
import type { Incident } from '../../domain/incident.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { happened } from './happened.ts';

export const SEVERITIES: readonly Incident['severity'][] = ['SEV1', 'SEV2', 'SEV3'];

interface Wanted {
  severity?: Incident['severity'];
  key?: string;
  because?: string;
  at?: string;
  json?: boolean;
}

export const open: CliCommand = (group) => {
  group
    .command('open')
    .argument('<title>', 'what is wrong, in a line')
    .description('declare an incident; its card and its channel follow as soon as Slack can be reached')
    .addOption(new Option('--severity <severity>', 'SEV2 for a key in production, else SEV3').choices(SEVERITIES))
    .option('--key <key>', 'the key that it is about, by name')
    .option('--because <words>', 'what happened; the first entry of the timeline')
    .option('--at <time>', 'when it began: 03:12 or 2026-11-21T03:12, on a clock of the team')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey incidents open "payments are rejected" --key payments-prod --because "since noon"',
    )
    .action((title: string, wanted: Wanted) =>
      withRekey(async ({ incidents, origin, policy }) => {
        const what = await givenOrAsked(wanted.because, { option: '--because', question: 'What happened?' });
        const { severity = null, key = null } = wanted;
        const happenedAt = happened(wanted.at, policy);
        const declared = await incidents.declare({ ...origin(), title, severity, key, what, happenedAt, from: null });
        if (wanted.json) return sayJson(declared);
        const { kind, incident } = declared;
        return say(
          kind === 'joined'
            ? `${incident} is open for this key already; what you said is on its timeline.`
            : `${incident} is declared. Next: rekey incidents role ${incident} commander <person>`,
        );
      }),
    );
};
