import { resolve } from 'node:path';
import { type BackupProgress, backupLedger } from '../ledger/backup.ts';
import { backupIdentity, encryptStream } from '../providers/age.ts';
import { loadKeys } from '../providers/key-files.ts';
import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';
import { counted, say, sayJson } from './print.ts';
import { collected } from './spans.ts';
import { assertLedger } from './with-ledger.ts';

interface Wanted {
  age?: string[];
  json?: boolean;
}

export const backup: CliCommand = (program) => {
  program
    .command('backup')
    .argument('<file>', 'where to write it; it must not be there yet')
    .description(
      'copy the ledger while it is in use, check the copy, and write it encrypted; the key files are not in it',
    )
    .option('--age <recipient>', 'who else may open it (age1…); several times', collected)
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey backup /mnt/backups/rekey-2027-05-20.age')
    .action(async (name: string, { age = [], json }: Wanted) => {
      const { ledgerFile, keysDir, masterKeyCommand } = configHere();
      assertLedger(ledgerFile, 'refuse');
      const { masterKey } = await loadKeys({ dir: keysDir, command: masterKeyCommand });
      const { recipient } = await backupIdentity(masterKey);
      const encrypt = (source: Parameters<typeof encryptStream>[0]) => encryptStream(source, [recipient, ...age]);
      const done = await backupLedger({ ledgerFile, file: resolve(name), encrypt, onProgress: showProgress });
      if (json) return sayJson(done);
      say(
        `Wrote ${done.file}, ${done.bytes} bytes: the ledger with ${counted(done.lines, 'line')} of audit, head ${done.head.slice(0, 16)}…`,
      );
      return say('It opens with this master key only (master.key, which is not in it): keep that somewhere else.');
    });
};

/** One line that is written over again; nothing where nobody looks. */
export function showProgress({ phase, done }: BackupProgress): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${phase} ${String(Math.floor(done * 100)).padStart(3)} %${done >= 1 ? '\n' : ''}`);
}
