#!/usr/bin/env node
import { Command } from 'commander';
import { commands } from './cli/commands.ts';
import { reportAndExitCode } from './cli/report.ts';

const program = new Command('rekey')
  .description('Gets a team through an expired or leaked key.')
  .version('0.1.0')
  .showHelpAfterError('(rekey --help shows what there is)')
  .showSuggestionAfterError()
  .exitOverride();
for (const add of commands) add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportAndExitCode(error);
}
