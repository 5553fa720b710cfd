import { resolve } from 'node:path';
import { restoreLedger } from '../ledger/restore.ts';
import { backupIdentity, decryptStream } from '../providers/age.ts';
import { loadKeys } from '../providers/key-files.ts';
import { showProgress } from './backup.ts';
import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';
import { counted, say, sayJson } from './print.ts';

interface Wanted {
  replace?: boolean;
  json?: boolean;
}

export const restore: CliCommand = (program) => {
  program
    .command('restore')
    .argument('<file>', 'what `rekey backup` wrote')
    .description('bring a backup back: it is opened and checked first, and only then put in the ledger’s place')
    .option('--replace', 'also when there is a ledger; that one is kept beside it')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey restore /mnt/backups/rekey-2027-05-20.age --replace && rekey audit verify --anchor checkpoint.json',
    )
    .action(async (name: string, { replace, json }: Wanted) => {
      const { ledgerFile, keysDir, masterKeyCommand } = configHere();
      const { masterKeys } = await loadKeys({ dir: keysDir, command: masterKeyCommand });
      const { current, older } = masterKeys();
      const opened = await Promise.all([current, ...older].map(backupIdentity));
      const identities = opened.map(({ identity }) => identity);
      const done = await restoreLedger({
        backup: resolve(name),
        ledgerFile,
        decrypt: (source) => decryptStream(source, identities),
        present: replace ? 'keep_aside' : 'refuse',
        now: new Date(),
        onProgress: showProgress,
      });
      if (json) return sayJson(done);
      say(`Restored ${ledgerFile}: ${counted(done.lines, 'line')} of audit, head ${done.head.slice(0, 16)}…`);
      if (done.keptAside !== null) say(`What was there before is kept in ${done.keptAside}.`);
      return say(
        'What happened after the backup is not in it: compare with the last checkpoint (rekey audit verify --anchor FILE).',
      );
    });
};
