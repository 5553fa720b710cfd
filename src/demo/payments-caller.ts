import { readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

// A caller in its own process, as a team would write one: reads its key from a file, reads it again when the file changes, and calls.
const [apiUrl, keyFile] = process.argv.slice(2);
if (apiUrl === undefined || keyFile === undefined) throw new Error('Usage: payments-caller.ts <api url> <key file>');

const EVERY_MS = 200;
let key = '';
let readAt = 0;

process.on('SIGTERM', () => process.exit(0));

for (;;) {
  reloadWhenChanged(keyFile);
  await call(apiUrl);
  await pause(EVERY_MS);
}

function reloadWhenChanged(file: string): void {
  const changedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changedAt === readAt) return;
  key = changedAt === 0 ? '' : readFileSync(file, 'utf8').trim();
  readAt = changedAt;
  process.stdout.write(`read the key file of ${new Date(changedAt).toISOString()}\n`);
}

async function call(url: string): Promise<void> {
  try {
    const answer = await fetch(`${url}/v1/payments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-caller': 'payments-worker' },
      body: JSON.stringify({ amount_cents: 1_999, currency: 'EUR' }),
      signal: AbortSignal.timeout(2_000),
    });
    await answer.arrayBuffer();
    if (!answer.ok) process.stdout.write(`${new Date().toISOString()} ${answer.status}\n`);
  } catch (error) {
    process.stdout.write(
      `${new Date().toISOString()} no answer: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}
