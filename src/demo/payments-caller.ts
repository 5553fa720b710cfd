import { setTimeout as pause } from 'node:timers/promises';
import { openCaller } from './caller.ts';

// The caller in its own process.
const [apiUrl, keyFile] = process.argv.slice(2);
if (apiUrl === undefined || keyFile === undefined) throw new Error('Usage: payments-caller.ts <api url> <key file>');

const EVERY_MS = 200;
const log = (line: string) => void process.stdout.write(`${line}\n`);
const caller = openCaller({ name: 'payments-worker', apiUrl, keyFile, mayReload: () => true, log });

process.on('SIGTERM', () => process.exit(0));

for (;;) {
  await caller.call();
  await pause(EVERY_MS);
}
