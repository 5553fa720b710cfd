import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { expect, vi } from 'vitest';
import { type Installation, MAIN } from './installation.ts';

/** `rekey <args>` on a terminal of its own, so many columns wide. `type` presses keys there. */
export function onTerminal({ env, folder }: Installation, args: readonly string[], columns = 100) {
  const words = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const inside = `stty cols ${columns}; ${words}; printf 'exit %s' "$?"`;
  const child = spawn('script', ['-qec', inside, '/dev/null'], {
    cwd: folder,
    env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' },
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk;
  });
  const plain = () => stripVTControlCharacters(shown).replaceAll('\r', '');
  return {
    /** Everything that was printed so far, without colours. */
    shown: plain,
    see: (text: string | RegExp) => vi.waitFor(() => expect(plain()).toMatch(text), { timeout: 15_000 }),
    type: (keys: string) => child.stdin.write(keys),
    end: () => new Promise<string>((resolve) => child.on('close', () => resolve(plain()))),
  };
}
