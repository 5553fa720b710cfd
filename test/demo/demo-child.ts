import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** `rekey demo …` as a process of its own. */
export interface DemoChild {
  out: () => string;
  /** Waits until what it printed matches; returns the first group, or the whole match. */
  prints: (pattern: RegExp) => Promise<string>;
  /** The programs that it started. */
  children: () => number[];
  signal: (signal: NodeJS.Signals) => void;
  exitCode: Promise<number | null>;
}

export function startDemo(...args: string[]): DemoChild {
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      out += chunk;
    });
  }
  return {
    out: () => out,
    prints: (pattern) =>
      vi.waitFor(
        () => {
          const match = pattern.exec(out);
          if (match === null) throw new Error(`not yet ${pattern}; printed was:\n${out}`);
          return match[1] ?? match[0];
        },
        { timeout: 40_000, interval: 50 },
      ),
    children: () => childrenOf(child),
    signal: (signal) => child.kill(signal),
    exitCode: once(child, 'close').then(([code]) => code),
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function childrenOf({ pid }: ChildProcess): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' });
  return all
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, name]) => Number(parent) === pid && name !== 'ps')
    .map(([own]) => Number(own));
}
