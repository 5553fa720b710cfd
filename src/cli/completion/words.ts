import type { Command } from 'commander';

/** What can follow one command: its subcommands, its options, the words of its first argument. */
export interface CommandWords {
  /** `keys rotate`; empty for the program itself. */
  path: string;
  description: string;
  subcommands: { name: string; description: string }[];
  options: { name: string; description: string; choices: readonly string[]; takesValue: boolean }[];
  /** `key`: the names of keys; a list: one of these; null: anything. */
  argument: 'key' | readonly string[] | null;
}

/** The whole tree of commands, flat, as the program has it now: nothing is written twice. */
export function wordsOf(program: Command): CommandWords[] {
  return walk(program, []);
}

function walk(command: Command, path: readonly string[]): CommandWords[] {
  const help = command.createHelp();
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const [first] = command.registeredArguments;
  const own: CommandWords = {
    path: path.join(' '),
    description: command.description(),
    subcommands: children.map((child) => ({ name: child.name(), description: child.description() })),
    options: help
      .visibleOptions(command)
      .flatMap(({ long, description, argChoices, required, optional }) =>
        long == null ? [] : [{ name: long, description, choices: argChoices ?? [], takesValue: required || optional }],
      ),
    argument: first === undefined ? null : first.name() === 'key' ? 'key' : (first.argChoices ?? null),
  };
  return [own, ...children.flatMap((child) => walk(child, [...path, child.name()]))];
}
