import type { Command } from 'commander';
import { Option } from 'commander';
import { KeyClass, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import { readPrivateFile } from '../../providers/private-file.ts';
import { Secret } from '../../secret.ts';
import type { CliCommand } from '../command.ts';
import { importInventory } from '../inventory/import-inventory.ts';
import { say, sayJson } from '../print.ts';
import { readSecret } from '../read-secret.ts';
import { instantOf, wholeNumberOf } from '../spans.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { addFactOptions, type FactOptions, factsFrom } from './fact-options.ts';
import { factsOf, minuteOf } from './facts.ts';

interface Wanted extends FactOptions {
  class: KeyClass;
  expiryDays?: number;
  expires?: Date;
  file?: string;
  /** False when --no-value was given. */
  value: boolean;
  inventory?: string;
  dryRun?: boolean;
  json?: boolean;
}

const DAY_MS = 24 * 3_600_000;

export const importKeys: CliCommand = (group) => {
  const command = group
    .command('import')
    .argument('[name]', 'how people call it: stripe-prod')
    .allowExcessArguments()
    .description(
      'register a key that was made elsewhere, or many from a file; of its value only a keyed digest is kept',
    )
    .addOption(new Option('--class <class>', 'what kind of key').choices(KeyClass.options).default('api_key'))
    .option('--expiry-days <days>', 'in how many days it expires', wholeNumberOf)
    .option('--expires <time>', 'when it expires: 2027-05-20', instantOf)
    .option('--file <file>', 'read its value from this file, which only you can read (0600)')
    .option('--no-value', 'register what is known of it, without its value');
  addFactOptions(command)
    .option('--inventory <file>', 'many keys from a YAML or CSV file; see below')
    .option('--dry-run', 'with --inventory: only say what would happen')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action((name: string | undefined, wanted: Wanted, { args }: Command) => {
      if (args.length > 1) throw valueAsArgument();
      return withRekey(
        (rekey) =>
          wanted.inventory === undefined
            ? importOne(rekey, name, wanted)
            : importInventory(rekey, wanted.inventory, wanted),
        { mayMake: true },
      );
    });
};

const HELP = `
The value comes by standard input, from --file, or is asked for on the terminal; never as an argument.

An inventory is a list, in YAML (up to about 100 keys) or as CSV with the same names in its first line:
  keys:
    - { name: stripe-prod, service: stripe, environment: production, owner: carol, escalation: group:security,
        runbook: R-ROTATE, expiry_days: 90, secret_ref: "op://prod/stripe/key", value_file: secrets/stripe }

Example:
  rekey keys import stripe-prod --service stripe --env production --owner carol --expiry-days 15 < stripe.key
  rekey keys import --inventory keys.yaml --dry-run`;

async function importOne({ keys, origin }: Rekey, name: string | undefined, wanted: Wanted): Promise<void> {
  if (name === undefined)
    throw new Refusal('missing_argument', 'Say the name of the key, or --inventory FILE for many.');
  const facts = await factsFrom(wanted, { slug: name, class: wanted.class });
  const material = await materialOf(wanted, name);
  const key = await keys.import({ ...origin(), facts, material, expiresAt: expiryOf(wanted) });
  if (wanted.json) return sayJson(factsOf(key));
  say(`${nameOf(key)} is registered, for ${key.service} in ${key.environment}.`);
  say(
    key.expiresAt === null
      ? '  no expiry is on record: the audit cannot judge it'
      : `  expires ${minuteOf(key.expiresAt)} UTC`,
  );
  return say(
    key.digest === null
      ? '  without its value: calls with it are not recognised'
      : `  its value ends in ${key.last4 ?? '…'}; only a keyed digest of it is kept`,
  );
}

async function materialOf({ value, file }: Wanted, name: string): Promise<Secret | null> {
  if (!value) return null;
  if (file !== undefined) return new Secret(readPrivateFile(file).trim());
  return readSecret(`Value of ${name}: `);
}

function expiryOf({ expires, expiryDays }: Wanted): Date | null {
  if (expires !== undefined && expiryDays !== undefined)
    throw new Refusal('bad_lifetime', 'Say --expires or --expiry-days, not both.');
  return expiryDays === undefined ? (expires ?? null) : new Date(Date.now() + expiryDays * DAY_MS);
}

function valueAsArgument(): Refusal {
  return new Refusal(
    'key_as_argument',
    'Only the name of the key is an argument. A value on the command line can be read by everybody on this machine and stays in the history of your shell; if that was one, remove it there and replace the key.',
  );
}
