import { existsSync } from 'node:fs';
import { Refusal } from '../errors.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { configHere } from './config-here.ts';

/** Opens the ledger of this configuration for `work`, and closes it again. A missing one is refused: a new, empty one would look whole. */
export async function withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const { ledgerFile: file } = configHere();
  if (!existsSync(file)) throw noLedger(file);
  const ledger = await openLedger({ file, now: () => new Date() });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

export function noLedger(file: string): Refusal {
  return new Refusal(
    'no_ledger',
    `There is no ledger ${file}. Set REKEY_DATA_DIR to the folder it is in; \`rekey serve\` makes a new one.`,
  );
}
