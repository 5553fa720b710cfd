import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from '../errors.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { configHere } from './config-here.ts';

/** Opens the ledger of this configuration for `work`, and closes it again. A missing one is refused: a new, empty one would look whole. */
export async function withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const { ledgerFile: file } = configHere();
  assertLedger(file, 'refuse');
  const ledger = await openLedger({ file, now: () => new Date() });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** Refusal `not_your_ledger` where another account may look and this one may not; `no_ledger` where there is none, unless it may be made. */
export function assertLedger(file: string, absent: 'refuse' | 'make'): void {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EACCES') throw notYours(file, cause);
    if (code === 'ENOENT' && absent === 'refuse') throw noLedger(file);
  }
}

// The folder is closed to others, but seen from outside it still says whose it is.
function notYours(file: string, cause: unknown): Refusal {
  const owner = ownerOf(file) ?? ownerOf(dirname(file));
  const whose =
    owner === null ? 'the account that owns its folder' : `the account with the user id ${owner}, which owns it`;
  return new Refusal(
    'not_your_ledger',
    `Your account may not open the ledger ${file}. Who can: ${whose}; the command line stands for the person of that account. Everybody else asks and approves in Slack, or asks over HTTP.`,
    { cause },
  );
}

function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid;
  } catch {
    return null;
  }
}

function noLedger(file: string): Refusal {
  return new Refusal(
    'no_ledger',
    `There is no ledger ${file}. Set REKEY_DATA_DIR to the folder it is in; \`rekey serve\` makes a new one.`,
  );
}
