#!/usr/bin/env node
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { commandsFor } from './cli/commands.ts';
import { reportAndExitCode } from './cli/report.ts';
import { scrub } from './scrub.ts';

const program = new Command('rekey')
  .description('Gets a team through an expired or leaked key.')
  .version(manifest.version)
  // What somebody mistyped is repeated to them, and it may be a key.
  .configureOutput({ writeErr: (text) => process.stderr.write(scrub(text)) })
  .showHelpAfterError('(add --help to see what there is)')
  .showSuggestionAfterError()
  .exitOverride();
for (const add of await commandsFor(process.argv[2])) add(program);

// `rekey keys list | head` closes the pipe early; that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Node would print it as it is, and an error may carry what must not be read.
process.once('uncaughtException', (error) => process.exit(reportAndExitCode(error)));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportAndExitCode(error);
}
