import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A real server on loopback, as the tests of the queue and of the ledger use them. */
export interface TestServer {
  /** With user and password, so that a leak of either can be looked for. */
  url: string;
  port: number;
  password: string;
  /** Ends it in good order and removes its files. */
  stop: () => Promise<void>;
  /** kill -9. */
  kill: () => Promise<void>;
  /** Starts it again on the same port; `empty`: without anything it held. */
  restart: (options?: { empty?: boolean }) => Promise<void>;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function launch(command: string, args: string[], options: SpawnOptions): ChildProcess {
  return spawn(command, args, { ...options, stdio: 'ignore' });
}

export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exit;
}

/** Polls until `ready` stops throwing; a server that exited meanwhile fails at once. */
export async function untilReady(child: ChildProcess, ready: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; await pause(25)) {
    try {
      return await ready();
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`, { cause: error });
      if (Date.now() > deadline) throw error;
    }
  }
}
