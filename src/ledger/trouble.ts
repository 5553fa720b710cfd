import { Refusal, sentenceOf } from '../errors.ts';

/**
 * The ledger itself cannot be used right now. `code`: `ledger_busy`, `ledger_full`, `ledger_io` or `ledger_broken`. It says nothing about the
 * request or the step that met it: what was under way is neither done nor refused, and is tried again.
 */
export class LedgerTrouble extends Refusal {}

/** What SQLite threw, in words that say what to do; null when it is not the file's trouble (a rule of the tables refused, a bug). */
export function troubleOf(error: unknown): LedgerTrouble | null {
  const code = codeOf(error);
  const known = KNOWN.find(({ prefix }) => code.startsWith(prefix));
  if (known === undefined) return null;
  return new LedgerTrouble(known.code, `${known.what} (${sentenceOf(error)}). ${known.help}`, { cause: error });
}

export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const KNOWN = [
  {
    prefix: 'SQLITE_BUSY',
    code: 'ledger_busy',
    what: 'Another process kept the ledger locked for 2 s',
    help: 'Nothing was changed; try again.',
  },
  {
    prefix: 'SQLITE_FULL',
    code: 'ledger_full',
    what: 'The disk of the ledger is full',
    help: 'Nothing was changed; free some space and try again.',
  },
  {
    prefix: 'SQLITE_IOERR',
    code: 'ledger_io',
    what: 'The disk of the ledger failed',
    help: 'Look at what the ledger says before you try again.',
  },
  {
    prefix: 'SQLITE_READONLY',
    code: 'ledger_io',
    what: 'The ledger cannot be written',
    help: 'Make its file and folder writable for Rekey.',
  },
  {
    prefix: 'SQLITE_CORRUPT',
    code: 'ledger_broken',
    what: 'The ledger is damaged',
    help: 'Stop, keep the file, and restore the last backup next to it.',
  },
  {
    prefix: 'SQLITE_NOTADB',
    code: 'ledger_broken',
    what: 'This file is not a usable SQLite file',
    help: 'Keep the file, and restore the last backup next to it.',
  },
] as const;
