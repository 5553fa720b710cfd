import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LEAVE_AFTER_MS = 12_000;
const RESTART_AFTER_MS = 500;
const LEAVE_WITH_DEMO = fileURLToPath(new URL('leave-with-demo.ts', import.meta.url));

export interface Child {
  name: string;
  pid: () => number | undefined;
  stop: () => Promise<void>;
}

export interface ChildOptions {
  name: string;
  /** File and arguments, run by this very Node. */
  args: string[];
  env: Record<string, string>;
  logsDir: string;
  /** Called with each end that nobody asked for; the child is started again. */
  onUnexpectedEnd: (how: string, lastLines: string) => void;
}

/** A program of its own, started again when it ends by itself. Its output goes to a log file; it sees nothing of our environment. */
export function startChild(options: ChildOptions): Child {
  let child: ChildProcess;
  let stopping = false;
  let restart: NodeJS.Timeout | undefined;
  const start = () => {
    child = run(options, (how, lastLines) => {
      if (stopping) return;
      options.onUnexpectedEnd(how, lastLines);
      restart = setTimeout(start, RESTART_AFTER_MS);
    });
  };
  start();
  return {
    name: options.name,
    pid: () => child.pid,
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      await ended(child);
    },
  };
}

function run(
  { name, args, env, logsDir }: ChildOptions,
  onEnd: (how: string, lastLines: string) => void,
): ChildProcess {
  const child = spawn(process.execPath, ['--import', LEAVE_WITH_DEMO, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    // The pipe as standard input closes when this process is killed, and then the child leaves by itself.
    stdio: ['pipe', 'pipe', 'pipe'],
    // Out of the terminal's reach: Ctrl-C is for the demo alone, which then ends its programs in order.
    detached: true,
  });
  const log = createWriteStream(join(logsDir, `${name}.log`), { flags: 'a', mode: 0o600 });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk);
      tail = (tail + chunk.toString()).slice(-2_000);
    });
  }
  child.on('exit', (code, signal) => {
    log.end();
    onEnd(signal === null ? `exit ${code}` : String(signal), tail.trim());
  });
  return child;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const last = setTimeout(() => child.kill('SIGKILL'), LEAVE_AFTER_MS);
    child.once('exit', () => {
      clearTimeout(last);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
