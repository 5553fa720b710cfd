import { readFileSync, statSync } from 'node:fs';
import { PAYMENTS } from './api.ts';

interface CallerOptions {
  name: string;
  apiUrl: string;
  /** Whether it may look at its key file now; a deployment that is stuck does not. */
  mayReload: () => boolean;
  keyFile: string;
  log: (line: string) => void;
}

/** A caller as a team would write one: reads its key from a file, reads it again when the file changes, and calls. */
export function openCaller({ name, apiUrl, keyFile, mayReload, log }: CallerOptions): { call: () => Promise<void> } {
  let key = '';
  let readAt = 0;
  const reloadWhenChanged = () => {
    if (!mayReload()) return;
    const stat = statSync(keyFile, { throwIfNoEntry: false });
    // A process that runs keeps what it has when the file is gone.
    const changedAt = stat?.isFile() ? stat.mtimeMs : readAt;
    if (changedAt === readAt) return;
    key = readFileSync(keyFile, 'utf8').trim();
    readAt = changedAt;
    log(`${name} read the key file of ${new Date(changedAt).toISOString()}`);
  };
  const call = async () => {
    reloadWhenChanged();
    const answer = await fetch(`${apiUrl}${PAYMENTS}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-caller': name },
      body: JSON.stringify({ amount_cents: 1_999, currency: 'EUR' }),
      signal: AbortSignal.timeout(2_000),
    });
    await answer.arrayBuffer();
    if (!answer.ok) log(`${new Date().toISOString()} ${answer.status}`);
  };
  return {
    call: () =>
      call().catch((error: unknown) =>
        log(`${new Date().toISOString()} no answer: ${error instanceof Error ? error.message : String(error)}`),
      ),
  };
}
