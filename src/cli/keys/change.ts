import { Option } from 'commander';
import type { KeyChange } from '../../domain/event.ts';
import { nameOf } from '../../domain/key.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { wholeNumberOf } from '../spans.ts';
import { withRekey } from '../with-rekey.ts';
import { deliveryOf } from './fact-options.ts';
import { factsOf } from './facts.ts';

interface Wanted {
  owner?: string;
  escalation?: string;
  runbook?: string;
  secretRef?: string;
  deliver?: string;
  probeUrl?: string;
  rateLimit?: number;
  administers?: string;
  service?: string;
  because?: string;
  json?: boolean;
}

export const change: CliCommand = (group) => {
  group
    .command('change')
    .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
    .description('change what is recorded of a key: owner, runbook, place … "none" takes a value away')
    .option('--owner <who>', 'a person or group:<name> of policy.yaml')
    .option('--escalation <who>', 'who is called when the owner does not answer')
    .option('--runbook <id>', 'how people rotate it')
    .option('--secret-ref <ref>', 'where people keep the value')
    .option('--deliver <place>', 'where its caller reads it: file:/run/secrets/payments')
    .option('--probe-url <url>', 'an endpoint that accepts or rejects it')
    .addOption(new Option('--rate-limit <count>', 'calls a second').argParser(wholeNumberOf))
    .option('--administers <provider>', 'the provider that can be administered with it')
    .option('--service <name>', 'the service that it belongs to')
    .option('--because <reason>', 'why; it stands in the history of the key')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys change payments-prod --owner bob --because "carol moved teams"')
    .action((key: string, wanted: Wanted) =>
      withRekey(async ({ keys, origin }) => {
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        const after = await keys.change({ ...origin(), key, reason, change: changeOf(wanted) });
        if (wanted.json) sayJson(factsOf(after));
        else say(`${nameOf(after)} is changed.`);
      }),
    );
};

function changeOf({ rateLimit, service, deliver, ...wanted }: Wanted): KeyChange {
  const { owner, escalation, runbook, secretRef, probeUrl, administers } = wanted;
  const texts = Object.entries({ owner, escalation, runbook, secretRef, probeUrl, administers }).flatMap(
    ([name, value]) => (value === undefined ? [] : [[name, value === 'none' ? null : value]]),
  );
  const delivery = deliver === 'none' ? null : deliver && deliveryOf(deliver);
  return {
    ...Object.fromEntries(texts),
    ...(rateLimit !== undefined && { rateLimit }),
    ...(service !== undefined && { service }),
    ...(delivery !== undefined && { delivery: delivery || null }),
  };
}
