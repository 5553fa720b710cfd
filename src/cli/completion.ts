import { Argument, type Command } from 'commander';
import type { CliCommand } from './command.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './completion/scripts.ts';
import { wordsOf } from './completion/words.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const completion: CliCommand = (program) => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .description('print what a shell needs to complete commands, options and the names of keys')
    .addHelpText('after', HELP)
    .action((shell: (typeof SHELLS)[number]) => {
      const words = wordsOf(rootOf(program));
      const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
      process.stdout.write(scripts[shell](words));
    });
};

const HELP = `
Example:
  rekey completion bash > ~/.local/share/bash-completion/completions/rekey
  rekey completion zsh > ~/.zfunc/_rekey
  rekey completion fish > ~/.config/fish/completions/rekey.fish`;

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
