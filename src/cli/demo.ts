import { InvalidArgumentError } from 'commander';
import { Refusal } from '../errors.ts';
import type { CliCommand } from './command.ts';

export const demo: CliCommand = (program) => {
  program
    .command('demo')
    .description('one real incident on this machine: a local Slack, a caller, an API, and an expired key')
    .option('--script', 'play all the people too and print the transcript; exit 0 only when everything is proved')
    .option('--json', 'with --script: end with one JSON object')
    .option('--data <folder>', 'where the demo keeps its data; a second start continues there', 'data/demo')
    .option('--port <number>', 'port of the page, instead of a free one', portOf)
    .addHelpText('after', '\nExample:\n  rekey demo --script --json')
    .action(async (options: { script?: boolean; json?: boolean; data: string; port?: number }) => {
      // Loaded when asked for: no other command needs the local workspace.
      const { runDemo } = await import('../demo/run-demo.ts');
      if (options.json && !options.script)
        throw new Refusal('usage', '--json goes with --script: npm run demo -- --script --json');
      process.exitCode = await runDemo({
        dataDir: options.data,
        script: options.script ?? false,
        json: options.json ?? false,
        port: options.port ?? null,
      });
    });
};

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1_024 || port > 65_535)
    throw new InvalidArgumentError('Expected a port from 1024 to 65535.');
  return port;
}
