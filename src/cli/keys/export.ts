import { Option } from 'commander';
import { healthOf, nameOf } from '../../domain/key.ts';
import { EXPORT_FORMATS, type ExportFormat, exportedKeys, exportText } from '../../domain/key-export.ts';
import { Refusal } from '../../errors.ts';
import type { CliCommand } from '../command.ts';
import { withLedger } from '../with-ledger.ts';

interface Wanted {
  format: ExportFormat;
  service?: string;
  env?: string;
  values?: boolean;
}

export const exportKeys: CliCommand = (group) => {
  group
    .command('export')
    .description('names, expiry and where each value is kept, for shells, .env files, programs and GitHub Actions')
    .addOption(new Option('--format <format>', 'how to write it').choices(EXPORT_FORMATS).default('env'))
    .option('--service <name>', 'only keys of this service')
    .option('--env <name>', 'only keys of this environment')
    .addOption(new Option('--values', 'refused, with what to do instead').hideHelp())
    .addHelpText('after', HELP)
    .action(({ format, service, env, values }: Wanted) => {
      if (values) throw noValues();
      return withLedger(async ({ read }) => {
        const filter = { ...(service && { service }), ...(env && { environment: env }) };
        const all = await read.keys(filter);
        const now = new Date();
        const isDead = (key: (typeof all)[number]) => ['revoked', 'expired'].includes(healthOf(key, now));
        for (const key of all.filter(isDead))
          process.stderr.write(`Left out: ${nameOf(key)} is ${healthOf(key, now)}.\n`);
        process.stdout.write(exportText(exportedKeys(all.filter((key) => !isDead(key))), format));
      });
    });
};

const HELP = `
What is written is a reference: what stands in --secret-ref of the key (op://…, vault:…), else the place that Rekey delivers it to, else
rekey:<name>. A program such as \`op run\` puts the value in its place when it is needed.

Example:
  rekey keys export --format dotenv --service stripe > .env && op run --env-file .env -- ./deploy
  rekey keys export --format github-actions --env production >> "$GITHUB_ENV"`;

function noValues(): Refusal {
  return new Refusal(
    'no_values',
    'Rekey keeps keyed digests and no values, so it cannot export any; and values in environment variables end in logs and crash reports.\n' +
      'Export the references (without --values) and let your secret store fill them in, or have a key delivered to a file: rekey keys rotate KEY',
  );
}
