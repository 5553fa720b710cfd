import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const READY_WITHIN_MS = 40_000;

export interface BotEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Everything that it wrote since its start. */
  said: string;
}

/** The real `rekey serve` in a process of its own, which a test starts, kills and starts again. */
export interface Bot {
  /** Resolves when it is ready, or has ended before it was. `env` goes on top of the world's. */
  start: (env?: Record<string, string>) => Promise<void>;
  /** Like start, for a bot that is not expected to become ready. */
  launch: (env?: Record<string, string>) => void;
  /** How it ended, as soon as it has. */
  ended: () => Promise<BotEnd>;
  kill: () => Promise<BotEnd>;
  /** SIGTERM. */
  stop: () => Promise<BotEnd>;
  isRunning: () => boolean;
  said: () => string;
  pid: () => number | undefined;
}

export function aBot({ env, url, logFile }: { env: Record<string, string>; url: string; logFile: string }): Bot {
  let child: ChildProcess | undefined;
  let end = Promise.resolve<BotEnd>({ code: 0, signal: null, said: '' });
  let said = '';
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const send = (signal: NodeJS.Signals) => {
    if (isRunning()) child?.kill(signal);
    return end;
  };
  const launch: Bot['launch'] = (more = {}) => {
    if (isRunning()) throw new Error('The bot is running already.');
    said = '';
    const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
    // Compiled once for all starts: a marathon of crashes would otherwise spend half of its time on reading the same files.
    const common = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: join(tmpdir(), 'rekey-test-compile-cache') };
    const started = spawn(process.execPath, [MAIN, 'serve'], { env: { ...common, ...env, ...more }, cwd: tmpdir() });
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        log.write(chunk);
      });
    end = new Promise((resolve) => {
      started.on('close', (code, signal) => {
        log.end();
        resolve({ code, signal, said });
      });
    });
    child = started;
  };
  return {
    launch,
    start: async (more) => {
      launch(more);
      for (const deadline = Date.now() + READY_WITHIN_MS; isRunning() && !(await isReady(url)); await pause(20))
        if (Date.now() > deadline) throw new Error(`The bot was not ready in time. It said:\n${said.slice(-4_000)}`);
    },
    ended: () => end,
    kill: () => send('SIGKILL'),
    stop: () => send('SIGTERM'),
    isRunning,
    said: () => said,
    pid: () => child?.pid,
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
