import { CommanderError } from 'commander';
import { Refusal } from '../errors.ts';
import { scrub } from '../scrub.ts';

/** What a person sees when a command fails: the sentence of a Refusal; of anything else, which is a defect, the stack too. */
export function reportAndExitCode(error: unknown): number {
  // Commander has already printed help, version or what was wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`${scrub(wordsFor(error))}\n`);
  return 2;
}

function wordsFor(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return `Something went wrong: ${error instanceof Error ? error.stack : String(error)}`;
}
