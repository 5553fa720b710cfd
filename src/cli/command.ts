import type { Command } from 'commander';

/**
 * A subcommand adds itself, with its options and help, to `rekey`. Its action sets
 * process.exitCode and never calls exit: 0 done, 1 the answer is no (a problem was found), 2 the request could not be carried out.
 */
export type CliCommand = (program: Command) => void;
