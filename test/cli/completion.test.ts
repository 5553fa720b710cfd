import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandsFor } from '../../src/cli/commands.ts';
import { fishCompletion, zshCompletion } from '../../src/cli/completion/scripts.ts';
import { wordsOf } from '../../src/cli/completion/words.ts';
import { anInstallation, MAIN } from '../support/installation.ts';

/** What bash offers when Tab is pressed at the end of this line, with a real `rekey` on its path. */
async function offered(line: string): Promise<string[]> {
  const { issue, folder, env, rekey } = anInstallation();
  await issue({}, { slug: 'stripe-prod', version: 1 });
  writeFileSync(join(folder, 'rekey'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(join(folder, 'rekey'), 0o755);
  writeFileSync(join(folder, 'completion'), (await rekey(['completion', 'bash'])).out);
  const words = line.split(' ');
  const script = `. ./completion; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _rekey; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const path = `${folder}:${env.PATH}`;
  const said = execFileSync('bash', ['-c', script], {
    cwd: folder,
    env: { ...env, PATH: path },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return said.trimEnd().split('\n');
}

test.each([
  ['rekey ke', ['keys']],
  ['rekey keys rot', ['rotate', 'rotation']],
  ['rekey keys rotate str', ['stripe-prod']],
  ['rekey keys show pay', ['payments-prod']],
  ['rekey keys rotate payments-prod --mo', ['--mode']],
  ['rekey keys rotate payments-prod --mode e', ['extended', 'exploited']],
  ['rekey keys generate j', ['jwt']],
  ['rekey completion z', ['zsh']],
])('bash completes "%s"', async (line, expected) => {
  expect(await offered(line)).toEqual(expected);
});

test('every command and option is in the completion of every shell', async () => {
  const program = new Command();
  for (const add of await commandsFor(undefined)) add(program);
  const words = wordsOf(program);
  const [zsh, fish] = [zshCompletion(words), fishCompletion(words)];
  for (const { path, options, subcommands } of words) {
    for (const { name } of [...options, ...subcommands]) expect(zsh).toContain(name);
    for (const { name } of options) expect(fish).toContain(`'__rekey_at "${path}"' -l ${name.slice(2)} `);
  }
});

test('where there is no ledger, completing says nothing and breaks nothing', async () => {
  expect(await anInstallation().rekey(['__keys'])).toMatchObject({ code: 0, out: '', err: '' });
});
