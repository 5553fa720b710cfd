import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandsFor } from '../../src/cli/commands.ts';
import { anInstallation } from '../support/installation.ts';

interface Leaf {
  path: string[];
  description: string;
}

function leavesOf(command: Command, path: string[] = []): Leaf[] {
  const shown = command.createHelp().visibleCommands(command);
  if (command.commands.length === 0) return [{ path, description: command.description() }];
  return shown.filter((one) => one.name() !== 'help').flatMap((one) => leavesOf(one, [...path, one.name()]));
}

const commands = await commandsFor(undefined);
const aProgram = () => {
  const program = new Command('rekey');
  for (const add of commands) add(program);
  return program;
};
const leaves = leavesOf(aProgram());

const root = join(import.meta.dirname, '..', '..');
const PAGES = ['README.md', join('docs', 'cli.md')].flatMap((page) =>
  readFileSync(join(root, page), 'utf8').split('\n'),
);

test('README.md and docs/cli.md name every command', () => {
  expect(leaves.length).toBeGreaterThan(60);
  const named = ({ path }: Leaf) =>
    PAGES.some((line) => path.every((word) => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(line)));
  expect(leaves.filter((leaf) => !named(leaf)).map(({ path }) => path.join(' '))).toEqual([]);
});

test.each(leaves)('rekey $path --help says what it does and gives an example', async ({ path, description }) => {
  const program = aProgram();
  let out = '';
  quietly(program, (text) => {
    out += text;
  });
  await expect(program.parseAsync([...path, '--help'], { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
  saysWhatItDoes(out, { path, description });
});

test('the help of a command is printed, and is no failure', async () => {
  const [leaf] = leaves.filter(({ path }) => path.join(' ') === 'runbooks plan');
  if (leaf === undefined) throw new Error('There is no such command.');
  const { code, out, err } = await anInstallation().rekey([...leaf.path, '--help']);
  expect([code, err]).toEqual([0, '']);
  saysWhatItDoes(out, leaf);
});

function saysWhatItDoes(out: string, { path, description }: Leaf): void {
  expect(out.replaceAll(/\s+/g, ' ')).toContain(description);
  expect(out).toContain(`Usage: rekey ${path.join(' ')}`);
  expect(out).toMatch(/\nExample:\n {2}rekey /);
}

// In this process: eighty of their own take a minute.
function quietly(command: Command, writeOut: (text: string) => void): void {
  command.exitOverride().configureOutput({ writeOut });
  for (const one of command.commands) quietly(one, writeOut);
}
