import type { CliCommand } from './command.ts';
import { withLedger } from './with-ledger.ts';

// More than anybody scrolls through; with a beginning typed, the shell asks for those.
const MOST_NAMES = 1_000;

/** What the scripts of `rekey completion` ask while somebody types: it answers with nothing rather than with an error. */
export const keyNames: CliCommand = (program) => {
  program.command('__keys', { hidden: true }).action(() =>
    withLedger(async ({ read }) => {
      const names = (await read.keys({ limit: MOST_NAMES })).map(({ slug }) => slug);
      process.stdout.write(names.map((name) => `${name}\n`).join(''));
    }).catch(() => {}),
  );
};
