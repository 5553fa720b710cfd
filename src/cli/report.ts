import { CommanderError } from 'commander';
import { Refusal } from '../errors.ts';

/** What a person sees when a command fails: the sentence of a Refusal; of anything else, which is a defect, the stack too. */
export function reportAndExitCode(error: unknown): number {
  // Commander has already printed help, version or what was wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Refusal) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  process.stderr.write(`Something went wrong: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 2;
}
